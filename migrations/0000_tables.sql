CREATE TABLE `actor_names` (
	`actor_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`name` text NOT NULL,
	`language` text,
	PRIMARY KEY(`actor_key`, `ordinal`),
	FOREIGN KEY (`actor_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `actors` (
	`key` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`origin` text NOT NULL,
	`digest` text NOT NULL,
	`document` text NOT NULL,
	`name` text NOT NULL,
	`name_sort` text NOT NULL,
	`kind` text NOT NULL,
	`description` text,
	`country` text,
	`wikidata` text,
	`names_text` text NOT NULL,
	CONSTRAINT "actors_origin" CHECK("actors"."origin" IN ('seed', 'import')),
	CONSTRAINT "actors_kind_word" CHECK("actors"."kind" IN ('person', 'organization', 'state', 'media', 'group')),
	CONSTRAINT "actors_country_code" CHECK("actors"."country" GLOB '[A-Z][A-Z]'),
	CONSTRAINT "actors_wikidata_qid" CHECK("actors"."wikidata" GLOB 'Q[1-9]*')
);
--> statement-breakpoint
CREATE UNIQUE INDEX `actors_id_unique` ON `actors` (`id`);--> statement-breakpoint
CREATE INDEX `actors_name_sort` ON `actors` (`name_sort`);--> statement-breakpoint
CREATE INDEX `actors_kind` ON `actors` (`kind`,`name_sort`);--> statement-breakpoint
CREATE INDEX `actors_country` ON `actors` (`country`,`name_sort`);--> statement-breakpoint
CREATE INDEX `actors_wikidata` ON `actors` (`wikidata`);--> statement-breakpoint
CREATE TABLE `affiliations` (
	`actor_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`organization_key` integer NOT NULL,
	`role` text,
	`held` text,
	`held_earliest` integer NOT NULL,
	`held_latest` integer NOT NULL,
	PRIMARY KEY(`actor_key`, `ordinal`),
	FOREIGN KEY (`actor_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`organization_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `affiliations_organization` ON `affiliations` (`organization_key`,`actor_key`);--> statement-breakpoint
CREATE TABLE `coders` (
	`key` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`origin` text NOT NULL,
	`digest` text NOT NULL,
	`document` text NOT NULL,
	`name` text NOT NULL,
	CONSTRAINT "coders_origin" CHECK("coders"."origin" IN ('seed', 'import'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `coders_id_unique` ON `coders` (`id`);--> statement-breakpoint
CREATE TABLE `corpora` (
	`key` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`origin` text NOT NULL,
	`digest` text NOT NULL,
	`document` text NOT NULL,
	`title` text NOT NULL,
	`title_sort` text NOT NULL,
	`description` text,
	`licence` text,
	`citation` text,
	`coded` text,
	`coded_earliest` integer NOT NULL,
	`coded_latest` integer NOT NULL,
	`codebook` text,
	CONSTRAINT "corpora_origin" CHECK("corpora"."origin" IN ('seed', 'import'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `corpora_id_unique` ON `corpora` (`id`);--> statement-breakpoint
CREATE INDEX `corpora_title_sort` ON `corpora` (`title_sort`);--> statement-breakpoint
CREATE TABLE `facts` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `ledger_passages` (
	`source_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`start` integer NOT NULL,
	`end` integer NOT NULL,
	`reason` text NOT NULL,
	`of_quote_key` integer,
	`of_span` integer,
	PRIMARY KEY(`source_key`, `ordinal`),
	FOREIGN KEY (`source_key`) REFERENCES `sources`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`of_quote_key`) REFERENCES `quotes`(`key`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "ledger_passages_reason_word" CHECK("ledger_passages"."reason" IN ('repeat', 'echo', 'unattributed', 'slogan', 'scare_quote', 'term')),
	CONSTRAINT "ledger_passages_place" CHECK("ledger_passages"."start" >= 0 AND "ledger_passages"."start" < "ledger_passages"."end")
);
--> statement-breakpoint
CREATE INDEX `ledger_passages_of_quote` ON `ledger_passages` (`of_quote_key`);--> statement-breakpoint
CREATE TABLE `quote_topics` (
	`quote_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`topic_key` integer NOT NULL,
	PRIMARY KEY(`quote_key`, `ordinal`),
	FOREIGN KEY (`quote_key`) REFERENCES `quotes`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`topic_key`) REFERENCES `topics`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `quote_topics_topic` ON `quote_topics` (`topic_key`,`quote_key`);--> statement-breakpoint
CREATE TABLE `quotes` (
	`key` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`origin` text NOT NULL,
	`digest` text NOT NULL,
	`document` text NOT NULL,
	`actor_key` integer,
	`on_behalf_of_key` integer,
	`source_key` integer NOT NULL,
	`kind` text NOT NULL,
	`passage_start` integer,
	`passage_end` integer,
	`passage_sha256` text,
	`passage_exact` text,
	`passage_order` integer GENERATED ALWAYS AS ((coalesce(passage_start, 9007199254740991))) VIRTUAL NOT NULL,
	`text` text NOT NULL,
	`text_by` text NOT NULL,
	`language` text,
	`cue_exact` text,
	`cue_start` integer,
	`cue_end` integer,
	`hedge` text NOT NULL,
	`said` text,
	`said_earliest` integer NOT NULL,
	`said_latest` integer NOT NULL,
	`place` text,
	`occasion` text,
	`addressee_key` integer,
	`addressee_note` text,
	`outlet_key` integer,
	`outlet_note` text,
	`relayed_by_key` integer,
	`attribution_status` text NOT NULL,
	`context` text,
	`verification` text NOT NULL,
	FOREIGN KEY (`actor_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`on_behalf_of_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`source_key`) REFERENCES `sources`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`addressee_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`outlet_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`relayed_by_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "quotes_origin" CHECK("quotes"."origin" IN ('seed', 'import')),
	CONSTRAINT "quotes_kind_word" CHECK("quotes"."kind" IN ('direct', 'mixed', 'indirect', 'unspecified')),
	CONSTRAINT "quotes_text_by_word" CHECK("quotes"."text_by" IN ('speaker', 'source', 'curator')),
	CONSTRAINT "quotes_hedge_word" CHECK("quotes"."hedge" IN ('none', 'reportedly', 'implicitly')),
	CONSTRAINT "quotes_attribution_status_word" CHECK("quotes"."attribution_status" IN ('attributed', 'disputed', 'misattributed')),
	CONSTRAINT "quotes_verification_word" CHECK("quotes"."verification" IN ('verified', 'pinned', 'reported')),
	CONSTRAINT "quotes_said_range" CHECK("quotes"."said" IS NULL OR "quotes"."said_earliest" <= "quotes"."said_latest"),
	CONSTRAINT "quotes_has_its_place" CHECK("quotes"."verification" = 'reported' OR ("quotes"."passage_start" >= 0 AND "quotes"."passage_start" < "quotes"."passage_end" AND length("quotes"."passage_sha256") = 64)),
	CONSTRAINT "quotes_passage_words" CHECK("quotes"."passage_exact" IS NULL OR length("quotes"."passage_exact") = "quotes"."passage_end" - "quotes"."passage_start"),
	CONSTRAINT "quotes_cue_inside_passage" CHECK("quotes"."cue_start" IS NULL OR ("quotes"."cue_start" >= "quotes"."passage_start" AND "quotes"."cue_end" <= "quotes"."passage_end" AND length("quotes"."cue_exact") = "quotes"."cue_end" - "quotes"."cue_start"))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `quotes_id_unique` ON `quotes` (`id`);--> statement-breakpoint
CREATE INDEX `quotes_said_earliest` ON `quotes` (`said_earliest`);--> statement-breakpoint
CREATE INDEX `quotes_said_latest` ON `quotes` (`said_latest`);--> statement-breakpoint
CREATE INDEX `quotes_actor_earliest` ON `quotes` (`actor_key`,`said_earliest`);--> statement-breakpoint
CREATE INDEX `quotes_actor_latest` ON `quotes` (`actor_key`,`said_latest`);--> statement-breakpoint
CREATE INDEX `quotes_passage_order` ON `quotes` (`passage_order`);--> statement-breakpoint
CREATE INDEX `quotes_source_passage` ON `quotes` (`source_key`,`passage_order`);--> statement-breakpoint
CREATE INDEX `quotes_source_earliest` ON `quotes` (`source_key`,`said_earliest`);--> statement-breakpoint
CREATE INDEX `quotes_source_latest` ON `quotes` (`source_key`,`said_latest`);--> statement-breakpoint
CREATE INDEX `quotes_on_behalf_of` ON `quotes` (`on_behalf_of_key`,`said_latest`);--> statement-breakpoint
CREATE INDEX `quotes_addressee` ON `quotes` (`addressee_key`);--> statement-breakpoint
CREATE INDEX `quotes_outlet` ON `quotes` (`outlet_key`);--> statement-breakpoint
CREATE INDEX `quotes_relayed_by` ON `quotes` (`relayed_by_key`);--> statement-breakpoint
CREATE TABLE `source_authors` (
	`source_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`name` text NOT NULL,
	`actor_key` integer,
	PRIMARY KEY(`source_key`, `ordinal`),
	FOREIGN KEY (`source_key`) REFERENCES `sources`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`actor_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `source_authors_actor` ON `source_authors` (`actor_key`,`source_key`);--> statement-breakpoint
CREATE TABLE `sources` (
	`key` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`origin` text NOT NULL,
	`digest` text NOT NULL,
	`document` text NOT NULL,
	`corpus_key` integer NOT NULL,
	`title` text NOT NULL,
	`title_sort` text NOT NULL,
	`title_supplied` integer NOT NULL,
	`publisher` text,
	`medium` text,
	`url` text,
	`language` text,
	`published` text,
	`published_earliest` integer NOT NULL,
	`published_latest` integer NOT NULL,
	`text` text,
	`text_sha256` text,
	`text_length` integer,
	`licence` text,
	`note` text,
	FOREIGN KEY (`corpus_key`) REFERENCES `corpora`(`key`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "sources_origin" CHECK("sources"."origin" IN ('seed', 'import')),
	CONSTRAINT "sources_medium_word" CHECK("sources"."medium" IN ('article', 'article-journal', 'article-magazine', 'article-newspaper', 'bill', 'book', 'broadcast', 'chapter', 'dataset', 'hearing', 'interview', 'legislation', 'manuscript', 'motion_picture', 'pamphlet', 'personal_communication', 'post', 'post-weblog', 'press-release', 'report', 'song', 'speech', 'treaty', 'webpage')),
	CONSTRAINT "sources_published_range" CHECK("sources"."published" IS NULL OR "sources"."published_earliest" <= "sources"."published_latest"),
	CONSTRAINT "sources_text_hashed" CHECK("sources"."text" IS NULL OR ("sources"."text_sha256" IS NOT NULL AND "sources"."text_length" = length("sources"."text")))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sources_id_unique` ON `sources` (`id`);--> statement-breakpoint
CREATE INDEX `sources_title_sort` ON `sources` (`title_sort`);--> statement-breakpoint
CREATE INDEX `sources_published_earliest` ON `sources` (`published_earliest`);--> statement-breakpoint
CREATE INDEX `sources_published_latest` ON `sources` (`published_latest`);--> statement-breakpoint
CREATE INDEX `sources_corpus_earliest` ON `sources` (`corpus_key`,`published_earliest`);--> statement-breakpoint
CREATE INDEX `sources_corpus_latest` ON `sources` (`corpus_key`,`published_latest`);--> statement-breakpoint
CREATE TABLE `spans` (
	`quote_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`exact` text NOT NULL,
	`start` integer,
	`end` integer,
	`prefix` text,
	`suffix` text,
	`text_start` integer NOT NULL,
	`text_end` integer NOT NULL,
	PRIMARY KEY(`quote_key`, `ordinal`),
	FOREIGN KEY (`quote_key`) REFERENCES `quotes`(`key`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "spans_place" CHECK("spans"."start" IS NULL OR length("spans"."exact") = "spans"."end" - "spans"."start"),
	CONSTRAINT "spans_text_place" CHECK(length("spans"."exact") = "spans"."text_end" - "spans"."text_start"),
	CONSTRAINT "spans_selectors" CHECK(coalesce(length("spans"."prefix"), 0) <= 32 AND coalesce(length("spans"."suffix"), 0) <= 32)
);
--> statement-breakpoint
CREATE TABLE `stance_evidence` (
	`stance_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`quote_key` integer,
	`passage_start` integer,
	`passage_end` integer,
	`passage_sha256` text,
	`passage_exact` text,
	PRIMARY KEY(`stance_key`, `ordinal`),
	FOREIGN KEY (`stance_key`) REFERENCES `stances`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`quote_key`) REFERENCES `quotes`(`key`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "stance_evidence_one_of_two" CHECK(("stance_evidence"."quote_key" IS NULL) <> ("stance_evidence"."passage_start" IS NULL)),
	CONSTRAINT "stance_evidence_place" CHECK("stance_evidence"."passage_start" IS NULL OR ("stance_evidence"."passage_start" >= 0 AND "stance_evidence"."passage_start" < "stance_evidence"."passage_end" AND length("stance_evidence"."passage_sha256") = 64))
);
--> statement-breakpoint
CREATE INDEX `stance_evidence_quote` ON `stance_evidence` (`quote_key`);--> statement-breakpoint
CREATE TABLE `stances` (
	`key` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`origin` text NOT NULL,
	`digest` text NOT NULL,
	`document` text NOT NULL,
	`actor_key` integer NOT NULL,
	`on_behalf_of_key` integer,
	`topic_key` integer NOT NULL,
	`position` text NOT NULL,
	`basis` text NOT NULL,
	`statement` text NOT NULL,
	`source_key` integer NOT NULL,
	`held` text,
	`held_earliest` integer NOT NULL,
	`held_latest` integer NOT NULL,
	`coder_key` integer,
	`confidence` text,
	`relayed_by_key` integer,
	`verification` text NOT NULL,
	FOREIGN KEY (`actor_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`on_behalf_of_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`topic_key`) REFERENCES `topics`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`source_key`) REFERENCES `sources`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`coder_key`) REFERENCES `coders`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`relayed_by_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "stances_origin" CHECK("stances"."origin" IN ('seed', 'import')),
	CONSTRAINT "stances_position_word" CHECK("stances"."position" IN ('support', 'oppose', 'mixed', 'neutral')),
	CONSTRAINT "stances_basis_word" CHECK("stances"."basis" IN ('quoted', 'reported', 'inferred')),
	CONSTRAINT "stances_confidence_word" CHECK("stances"."confidence" IN ('high', 'medium', 'low')),
	CONSTRAINT "stances_verification_word" CHECK("stances"."verification" IN ('verified', 'pinned', 'reported')),
	CONSTRAINT "stances_held_range" CHECK("stances"."held" IS NULL OR "stances"."held_earliest" <= "stances"."held_latest")
);
--> statement-breakpoint
CREATE UNIQUE INDEX `stances_id_unique` ON `stances` (`id`);--> statement-breakpoint
CREATE INDEX `stances_held_earliest` ON `stances` (`held_earliest`);--> statement-breakpoint
CREATE INDEX `stances_held_latest` ON `stances` (`held_latest`);--> statement-breakpoint
CREATE INDEX `stances_actor_earliest` ON `stances` (`actor_key`,`held_earliest`);--> statement-breakpoint
CREATE INDEX `stances_actor_latest` ON `stances` (`actor_key`,`held_latest`);--> statement-breakpoint
CREATE INDEX `stances_topic_earliest` ON `stances` (`topic_key`,`held_earliest`);--> statement-breakpoint
CREATE INDEX `stances_topic_latest` ON `stances` (`topic_key`,`held_latest`);--> statement-breakpoint
CREATE INDEX `stances_source` ON `stances` (`source_key`,`held_latest`);--> statement-breakpoint
CREATE INDEX `stances_on_behalf_of` ON `stances` (`on_behalf_of_key`);--> statement-breakpoint
CREATE INDEX `stances_coder` ON `stances` (`coder_key`);--> statement-breakpoint
CREATE INDEX `stances_relayed_by` ON `stances` (`relayed_by_key`);--> statement-breakpoint
CREATE TABLE `topic_labels` (
	`topic_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`label` text NOT NULL,
	`language` text,
	PRIMARY KEY(`topic_key`, `ordinal`),
	FOREIGN KEY (`topic_key`) REFERENCES `topics`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `topics` (
	`key` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`origin` text NOT NULL,
	`digest` text NOT NULL,
	`document` text NOT NULL,
	`label` text NOT NULL,
	`label_sort` text NOT NULL,
	`description` text,
	`proposition` text,
	`broader_key` integer,
	`alt_labels_text` text NOT NULL,
	FOREIGN KEY (`broader_key`) REFERENCES `topics`(`key`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "topics_origin" CHECK("topics"."origin" IN ('seed', 'import'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `topics_id_unique` ON `topics` (`id`);--> statement-breakpoint
CREATE INDEX `topics_label_sort` ON `topics` (`label_sort`);--> statement-breakpoint
CREATE INDEX `topics_broader` ON `topics` (`broader_key`,`label_sort`);--> statement-breakpoint
CREATE TABLE `topics_closure` (
	`ancestor_key` integer NOT NULL,
	`descendant_key` integer NOT NULL,
	PRIMARY KEY(`ancestor_key`, `descendant_key`),
	FOREIGN KEY (`ancestor_key`) REFERENCES `topics`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`descendant_key`) REFERENCES `topics`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `topics_closure_descendant` ON `topics_closure` (`descendant_key`,`ancestor_key`);--> statement-breakpoint
CREATE TABLE `withdrawn` (
	`noun` text NOT NULL,
	`id` text NOT NULL,
	`reason` text NOT NULL,
	`origin` text NOT NULL,
	`digest` text NOT NULL,
	PRIMARY KEY(`noun`, `id`),
	CONSTRAINT "withdrawn_origin" CHECK("withdrawn"."origin" IN ('seed', 'import'))
);
