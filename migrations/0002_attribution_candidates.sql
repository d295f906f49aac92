CREATE TABLE `attribution_candidates` (
	`quote_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`name` text,
	`actor_key` integer,
	`wikidata` text,
	`probability` real,
	PRIMARY KEY(`quote_key`, `ordinal`),
	FOREIGN KEY (`quote_key`) REFERENCES `quotes`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`actor_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "attribution_candidates_probability" CHECK("attribution_candidates"."probability" BETWEEN 0 AND 1),
	CONSTRAINT "attribution_candidates_wikidata_qid" CHECK("attribution_candidates"."wikidata" GLOB 'Q[1-9]*')
);
--> statement-breakpoint
CREATE INDEX `attribution_candidates_actor` ON `attribution_candidates` (`actor_key`,`quote_key`);--> statement-breakpoint
CREATE TABLE `quote_also_in` (
	`quote_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`also_in_key` integer NOT NULL,
	PRIMARY KEY(`quote_key`, `ordinal`),
	FOREIGN KEY (`quote_key`) REFERENCES `quotes`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`also_in_key`) REFERENCES `sources`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `quote_also_in_source` ON `quote_also_in` (`also_in_key`,`quote_key`);--> statement-breakpoint
ALTER TABLE `quotes` ADD `actor_note` text;--> statement-breakpoint
ALTER TABLE `quotes` ADD `occurrences` integer;--> statement-breakpoint
ALTER TABLE `stances` ADD `scale_value` real;