// Package e2e holds the tests and benchmarks of the whole program under bad input, failing dependencies, kill -9 and load.
// It drives real processes and in-process instances over a real PostgreSQL and a real S3 server, through HTTP alone, and
// looks at what is left in the database, the bucket and the spool directory.
package e2e
