package browsertest

import (
	"testing"

	"imglink/app/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }
