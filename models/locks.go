package models

// The advisory locks of the program, one for each thing that only one replica may do at a time.
const (
	lockMigrate = 7166201 + iota
	lockSeal
	lockStaff
	lockReasons
	lockPartial
	lockUsername
)
