ALTER TABLE `actors` ADD `block` text GENERATED ALWAYS AS (('f' || (key >> 8) || ' c' || (key >> 13))) VIRTUAL NOT NULL;--> statement-breakpoint
ALTER TABLE `corpora` ADD `block` text GENERATED ALWAYS AS (('f' || (key >> 8) || ' c' || (key >> 13))) VIRTUAL NOT NULL;--> statement-breakpoint
ALTER TABLE `quotes` ADD `block` text GENERATED ALWAYS AS (('f' || (key >> 8) || ' c' || (key >> 13))) VIRTUAL NOT NULL;--> statement-breakpoint
ALTER TABLE `sources` ADD `block` text GENERATED ALWAYS AS (('f' || (key >> 8) || ' c' || (key >> 13))) VIRTUAL NOT NULL;--> statement-breakpoint
ALTER TABLE `stances` ADD `block` text GENERATED ALWAYS AS (('f' || (key >> 8) || ' c' || (key >> 13))) VIRTUAL NOT NULL;--> statement-breakpoint
ALTER TABLE `topics` ADD `block` text GENERATED ALWAYS AS (('f' || (key >> 8) || ' c' || (key >> 13))) VIRTUAL NOT NULL;