CREATE INDEX `affiliations_long` ON `affiliations` (`actor_key`) WHERE "affiliations"."ordinal" > 8;--> statement-breakpoint
CREATE INDEX `attribution_candidates_long` ON `attribution_candidates` (`quote_key`) WHERE "attribution_candidates"."ordinal" > 8;--> statement-breakpoint
CREATE INDEX `ledger_passages_long` ON `ledger_passages` (`source_key`) WHERE "ledger_passages"."ordinal" > 8;--> statement-breakpoint
CREATE INDEX `quote_also_in_long` ON `quote_also_in` (`quote_key`) WHERE "quote_also_in"."ordinal" > 8;--> statement-breakpoint
CREATE INDEX `quote_topics_long` ON `quote_topics` (`quote_key`) WHERE "quote_topics"."ordinal" > 8;--> statement-breakpoint
CREATE INDEX `source_authors_long` ON `source_authors` (`source_key`) WHERE "source_authors"."ordinal" > 8;--> statement-breakpoint
CREATE INDEX `stance_evidence_long` ON `stance_evidence` (`stance_key`) WHERE "stance_evidence"."ordinal" > 8;