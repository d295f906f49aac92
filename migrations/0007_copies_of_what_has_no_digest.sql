CREATE INDEX `facts_copy` ON `facts` (`name`,`value`);--> statement-breakpoint
CREATE INDEX `withdrawn_copy` ON `withdrawn` (`noun`,`id`,`reason`,`origin`,`digest`);