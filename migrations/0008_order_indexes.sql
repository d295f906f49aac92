DROP INDEX `quotes_said_earliest`;--> statement-breakpoint
DROP INDEX `quotes_said_latest`;--> statement-breakpoint
DROP INDEX `quotes_actor_earliest`;--> statement-breakpoint
DROP INDEX `quotes_actor_latest`;--> statement-breakpoint
CREATE INDEX `quotes_said_earliest` ON `quotes` (`said_earliest`,`key`,`said_latest`,`actor_key`,`source_key`,`on_behalf_of_key`,`kind`,`text_by`,`language`,`hedge`,`attribution_status`,`verification`);--> statement-breakpoint
CREATE INDEX `quotes_said_latest` ON `quotes` (`said_latest`,`key`,`said_earliest`,`actor_key`,`source_key`,`on_behalf_of_key`,`kind`,`text_by`,`language`,`hedge`,`attribution_status`,`verification`);--> statement-breakpoint
CREATE INDEX `quotes_actor_earliest` ON `quotes` (`actor_key`,`said_earliest`,`key`,`said_latest`,`kind`);--> statement-breakpoint
CREATE INDEX `quotes_actor_latest` ON `quotes` (`actor_key`,`said_latest`,`key`,`said_earliest`,`kind`);