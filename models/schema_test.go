package models_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"

	"imglink/app/testdb"
	"imglink/models"
)

// rows is every struct that stands for the rows of a table.
var rows = []any{
	models.APIToken{},
	models.Album{},
	models.AlbumImage{},
	models.AuditRow{},
	models.AuditLink{},
	models.AuditValue{},
	models.BlockedHash{},
	models.Case{},
	models.CaseLease{},
	models.DataRequest{},
	models.Decision{},
	models.Effect{},
	models.Image{},
	models.Mail{},
	models.Notice{},
	models.NoticeItem{},
	models.PartialPiece{},
	models.PartialUpload{},
	models.ReasonCode{},
	models.Session{},
	models.Staff{},
	models.StaffInvite{},
	models.StaffPasskey{},
	models.StaffRecoveryCode{},
	models.StatementRow{},
	models.UploadOrigin{},
	models.User{},
	models.UserConsent{},
	models.UserLink{},
	models.UserPasskey{},
	models.UserRecoveryCode{},
	models.UserSession{},
	models.UserSignin{},
	models.UserSignup{},
	models.UserStorage{},
}

// rowless tables are reached by SQL only, or belong to a library.
var rowless = map[string]bool{"rate_limits": true, "once_keys": true, "idempotency_keys": true, "decision_images": true, "image_words": true, "goose_db_version": true}

type column struct {
	Table, Name, Type string
	Nullable          bool
}

func columns(t *testing.T) map[string][]column {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), testdb.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // test
	found, _ := conn.Query(t.Context(), `SELECT table_name, column_name, CASE data_type WHEN 'ARRAY' THEN udt_name ELSE data_type END, is_nullable = 'YES'
		FROM information_schema.columns WHERE table_schema = 'public'`)
	list, err := pgx.CollectRows(found, pgx.RowToStructByPos[column])
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]column{}
	for _, c := range list {
		out[c.Table] = append(out[c.Table], c)
	}
	return out
}

// goTypes says which Go types hold a column's values without loss, a pointer to them where it may be NULL.
var goTypes = map[string]string{
	"text": "string", "inet": "string", "bigint": "int64 int", "integer": "int", "smallint": "int16", "boolean": "bool",
	"timestamp with time zone": "time.Time", "bytea": "[]uint8", "jsonb": "json.RawMessage", "json": "json.RawMessage", "_text": "models.Texts", "xid8": "string",
}

func holds(typ reflect.Type, c column) bool {
	nilable := typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer
	if c.Nullable && !nilable || !c.Nullable && typ.Kind() == reflect.Pointer {
		return false
	}
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	name := typ.String()
	if typ.Kind() == reflect.String {
		name = "string" // named strings are states and codes
	}
	return strings.Contains(" "+goTypes[c.Type]+" ", " "+name+" ")
}

// Every row struct is its table: the same columns, their types, and whether they may be NULL.
func TestRowsAreTheirTables(t *testing.T) {
	tables := columns(t)
	var cache sync.Map
	for _, row := range rows {
		s, err := schema.Parse(row, &cache, schema.NamingStrategy{})
		if err != nil {
			t.Fatalf("%T: %v", row, err)
		}
		fields := map[string]*schema.Field{}
		for _, f := range s.Fields {
			if f.DBName != "" {
				fields[f.DBName] = f
			}
		}
		list, ok := tables[s.Table]
		if !ok {
			t.Errorf("%T: there is no table %q", row, s.Table)
		}
		for _, c := range list {
			f := fields[c.Name]
			delete(fields, c.Name)
			switch {
			case f == nil:
				t.Errorf("%T has no field for %s.%s", row, s.Table, c.Name)
			case !holds(f.FieldType, c):
				t.Errorf("%T.%s is %s, %s.%s is %s, nullable %v", row, f.Name, f.FieldType, s.Table, c.Name, c.Type, c.Nullable)
			}
		}
		for name := range fields {
			t.Errorf("%T has a field for %s.%s, which does not exist", row, s.Table, name)
		}
		delete(tables, s.Table)
	}
	for table := range tables {
		if !rowless[table] && !strings.HasPrefix(table, "river_") {
			t.Errorf("table %s has no row struct", table)
		}
	}
}

func open(t *testing.T, dryRun bool) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(postgres.Open(testdb.Database(t)), &gorm.Config{DryRun: dryRun, SkipDefaultTransaction: true, Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s, err := db.DB(); err == nil {
			_ = s.Close()
		}
	})
	return db
}

// What GORM does that nobody expects. When one of these fails, GORM has changed and the rule it stands for may go.
func TestGORMTraps(t *testing.T) {
	db := open(t, true)
	t.Run("Updates with a struct drops zero values", func(t *testing.T) {
		sql := db.Model(&models.Mail{}).Where("id = ?", "x").Updates(models.Mail{LastError: "", Attempts: 0, Kind: "k"}).Statement.SQL.String()
		if strings.Contains(sql, "last_error") || strings.Contains(sql, "attempts") || !strings.Contains(sql, "kind") {
			t.Error(sql)
		}
		sql = db.Model(&models.Mail{}).Where("id = ?", "x").Updates(map[string]any{"last_error": "", "attempts": 0}).Statement.SQL.String()
		if !strings.Contains(sql, "last_error") || !strings.Contains(sql, "attempts") {
			t.Errorf("a map keeps them: %s", sql)
		}
	})
	t.Run("Where with a struct drops zero fields", func(t *testing.T) {
		sql := db.Where(&models.Mail{ID: "", Kind: "k"}).Find(&[]models.Mail{}).Statement.SQL.String()
		if strings.Contains(sql, `"id"`) || !strings.Contains(sql, `"kind"`) {
			t.Error(sql)
		}
	})
	t.Run("Limit on an update is ignored", func(t *testing.T) {
		sql := db.Model(&models.Mail{}).Where("kind = ?", "x").Limit(1).Updates(map[string]any{"kind": "y"}).Statement.SQL.String()
		if strings.Contains(sql, "LIMIT") {
			t.Error(sql)
		}
	})
	t.Run("Returning with a generic update panics", func(t *testing.T) {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		_, _ = gorm.G[models.Mail](open(t, false), clause.Returning{}).Where("id = ?", "x").Update(t.Context(), "kind", "y")
	})
}

// The source falls into none of them: updates name their columns, conditions are written out.
func TestSourceAvoidsTheTraps(t *testing.T) {
	files := 0
	for _, dir := range []string{".", "../app", "../seeds"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files++
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, at := range trapped(f) {
				t.Errorf("%s: an update or a condition by struct drops zero values: use a map, or write the condition out", set.Position(at))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 50 {
		t.Fatalf("only %d files were looked at", files)
	}
}

func trapped(f *ast.File) (at []token.Pos) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		switch sel.Sel.Name {
		case "Save", "AutoMigrate":
			if x, ok := sel.X.(*ast.SelectorExpr); ok && x.Sel.Name == "db" {
				at = append(at, call.Pos())
			}
		case "Updates", "Where", "Not", "Or":
			if byStruct(call.Args[0]) {
				at = append(at, call.Pos())
			}
		}
		return true
	})
	return at
}

func byStruct(arg ast.Expr) bool {
	if u, ok := arg.(*ast.UnaryExpr); ok {
		arg = u.X
	}
	lit, ok := arg.(*ast.CompositeLit)
	if !ok {
		return false
	}
	_, isMap := lit.Type.(*ast.MapType)
	return !isMap
}

func TestTheScanFindsTraps(t *testing.T) {
	const src = "package x\nfunc f() { db.Updates(Row{A: 1}); db.Where(&Row{}); q.db.Save(x); db.Updates(map[string]any{}); db.Where(\"a = ?\", 1) }"
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(trapped(f)); n != 3 {
		t.Errorf("found %d of 3", n)
	}
}
