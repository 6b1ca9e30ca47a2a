package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// minimumMajor is the oldest PostgreSQL that works: CREATE DATABASE … STRATEGY, which the tests live on, came with 15.
const minimumMajor = 15

// debianBinaries is where Debian and Ubuntu put each major version's programs.
const debianBinaries = "/usr/lib/postgresql/*/bin"

// pgInstall is one installed PostgreSQL.
type pgInstall struct {
	dir   string // holds postgres and initdb
	major int
}

func (p pgInstall) program(name string) string { return filepath.Join(p.dir, name) }

// findPostgres lists usable installations, the preferred first: $PGBIN alone when set; else PATH, then Debian's
// directories from the highest version down. The error says what to install.
func findPostgres(ctx context.Context) ([]pgInstall, error) {
	dirs := debianDirs()
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append([]string{filepath.Dir(real)}, dirs...)
		}
	}
	explicit := os.Getenv("PGBIN")
	if explicit != "" {
		dirs = []string{explicit}
	}
	var found []pgInstall
	var seen, refused []string
	for _, dir := range dirs {
		if slices.Contains(seen, dir) {
			continue
		}
		seen = append(seen, dir)
		in, err := inspectInstall(ctx, dir)
		if err != nil {
			refused = append(refused, err.Error())
			continue
		}
		found = append(found, in)
	}
	if len(found) > 0 {
		return found, nil
	}
	if explicit != "" {
		return nil, fmt.Errorf("PGBIN=%s does not hold a usable PostgreSQL: %s", explicit, strings.Join(refused, "; "))
	}
	msg := fmt.Sprintf("no PostgreSQL %d or newer was found (looked in PATH and %s): install Debian's package postgresql "+
		"(apt-get install postgresql; Homebrew: brew install postgresql@17), point PGBIN at the directory of the programs "+
		"postgres and initdb, or set DATABASE_URL to a running server", minimumMajor, debianBinaries)
	if len(refused) > 0 {
		msg += " (" + strings.Join(refused, "; ") + ")"
	}
	return nil, fmt.Errorf("%s", msg)
}

func debianDirs() []string {
	dirs, _ := filepath.Glob(debianBinaries) // the pattern is constant: it cannot be malformed
	version := func(dir string) int { n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir))); return n }
	slices.SortFunc(dirs, func(a, b string) int { return version(b) - version(a) })
	return dirs
}

var majorOf = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspectInstall asks the programs in dir for their version.
func inspectInstall(ctx context.Context, dir string) (pgInstall, error) {
	in := pgInstall{dir: dir}
	for _, name := range []string{"initdb", "postgres"} {
		out, err := exec.CommandContext(ctx, in.program(name), "--version").Output()
		if err != nil {
			return in, fmt.Errorf("%s: %w", in.program(name), err)
		}
		m := majorOf.FindSubmatch(out)
		if m == nil {
			return in, fmt.Errorf("%s: unknown version %q", in.program(name), strings.TrimSpace(string(out)))
		}
		in.major, _ = strconv.Atoi(string(m[1]))
	}
	if in.major < minimumMajor {
		return in, fmt.Errorf("%s is PostgreSQL %d, too old", dir, in.major)
	}
	return in, nil
}

// chooseInstall picks the installation that can open the cluster in dataDir: any for a new one, else the same major
// version, because PostgreSQL never opens another's files.
func chooseInstall(installs []pgInstall, dataDir string) (pgInstall, error) {
	raw, err := os.ReadFile(filepath.Join(dataDir, "PG_VERSION"))
	if os.IsNotExist(err) {
		return installs[0], nil
	}
	if err != nil {
		return pgInstall{}, fmt.Errorf("reading the cluster's version: %w", err)
	}
	want := strings.TrimSpace(string(raw))
	have := make([]string, 0, len(installs))
	for _, in := range installs {
		if strconv.Itoa(in.major) == want {
			return in, nil
		}
		have = append(have, strconv.Itoa(in.major)+" in "+in.dir)
	}
	return pgInstall{}, fmt.Errorf("the database in %[1]s was made by PostgreSQL %[2]s, but only PostgreSQL %[3]s was found, "+
		"which cannot open it: install the package postgresql-%[2]s (or set PGBIN to its programs) and start again; to move to "+
		"the newer version, run pg_dump with %[2]s, start with an empty IMGLINK_DATA_DIR and restore the dump; nothing was changed",
		dataDir, want, strings.Join(have, ", "))
}
