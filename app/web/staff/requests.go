package staff

import (
	"context"
	"strconv"

	"imglink/app/actor"
	"imglink/app/users"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/staff/ops"
	"imglink/views/ui"
)

// DataRequests is what people asked for in their settings; users.Service is one. Waiting lists open requests, oldest
// first, after a number, and where the next page begins; it is for who holds PrivacyWork.
type DataRequests interface {
	Waiting(ctx context.Context, by actor.Actor, after int64) (rows []models.DataRequestRow, next int64, err error)
	WaitingCount(ctx context.Context) (int, error)
}

var requestKinds = map[string]string{users.RequestAccess: "A copy of their data (Art. 15, 20)", users.RequestErasure: "End of the account (Art. 17)"}

// DataRequests is GET /staff/requests: who asks for what, since when.
func (h *Handlers) DataRequests(c *kit.Ctx) error {
	after, _ := strconv.ParseInt(c.Query("after"), 10, 64)
	rows, next, err := h.Requests.Waiting(c.Context(), c.Actor, max(after, 0))
	if err != nil {
		return err
	}
	page := ops.Table{
		Staff: Shell(c, "Requests", "staff.requests"),
		Note:  "What people asked for in their settings, oldest first. The policy promises an answer within 30 days of the day it was asked for.",
		Empty: ui.EmptyState{Icon: "scale", Title: "No open requests", Text: "What people ask for in their settings is listed here."},
		Table: ui.Table{Caption: "Open requests", Hidden: true, Stacks: true, Columns: []ui.Column{
			{Label: "Reference"}, {Label: "What"}, {Label: "Who"}, {Label: "Since"}, {Label: "Age", Numeric: true}, {Label: "Note"},
		}},
	}
	now := c.Kit.Clock.Now()
	for _, r := range rows {
		page.Table.Rows = append(page.Table.Rows, []ui.Cell{
			{Text: r.Reference}, {Text: requestKinds[r.Kind]}, {Text: r.Username + ", " + r.Email}, {Value: ui.Local(iso(r.CreatedAt), utc(r.CreatedAt))}, {Text: age(now.Sub(r.CreatedAt))}, {Text: r.Note},
		})
	}
	if after > 0 {
		page.Pages.First = c.Kit.URL("staff.requests")
	}
	if next > 0 {
		page.Pages.Next = c.Kit.URL("staff.requests") + "?after=" + strconv.FormatInt(next, 10)
	}
	return c.OK(ops.TablePage(page))
}
