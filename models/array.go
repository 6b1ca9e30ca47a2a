package models

import (
	"database/sql/driver"

	"github.com/jackc/pgx/v5/pgtype"
)

// Texts is a text[] column. nil is stored as the empty array: the columns are NOT NULL.
type Texts []string

var arrays = pgtype.NewMap()

// Scan reads the array PostgreSQL sends.
func (t *Texts) Scan(src any) error {
	var list []string
	if err := arrays.SQLScanner(&list).Scan(src); err != nil {
		return err
	}
	*t = list
	return nil
}

// Value writes the array as PostgreSQL's literal.
func (t Texts) Value() (driver.Value, error) {
	list := []string(t)
	if list == nil {
		list = []string{}
	}
	b, err := arrays.Encode(pgtype.TextArrayOID, pgtype.TextFormatCode, list, nil)
	return string(b), err
}

// GormDataType names the column type.
func (Texts) GormDataType() string { return "text[]" }

// Numbers is a bigint[] in a statement.
type Numbers []int64

// Value writes the array as PostgreSQL's literal.
func (n Numbers) Value() (driver.Value, error) {
	list := []int64(n)
	if list == nil {
		list = []int64{}
	}
	b, err := arrays.Encode(pgtype.Int8ArrayOID, pgtype.TextFormatCode, list, nil)
	return string(b), err
}
