package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// JobCount is how many jobs of a kind are in a state of the queue.
type JobCount struct {
	Kind, State string
	N           int
}

// JobCounts counts the jobs that are in the queue or did not succeed, by kind and state.
func (q Queries) JobCounts(ctx context.Context) ([]JobCount, error) {
	var out []JobCount
	err := q.with(ctx).Raw(`SELECT kind, state::text AS state, count(*) AS n FROM river_job WHERE state <> 'completed' GROUP BY 1, 2 ORDER BY 1, 2`).Scan(&out).Error
	return out, dbError(err)
}

// JobRow is a job that failed at least once. Error is the last one.
type JobRow struct {
	ID                   int64
	Kind, State, Error   string
	Attempt, MaxAttempts int
	CreatedAt            time.Time
	ScheduledAt          time.Time
}

// TroubledJobs lists jobs that wait for another try or were given up, newest first, below the given id (0: the newest).
func (q Queries) TroubledJobs(ctx context.Context, before int64, limit int) ([]JobRow, error) {
	var out []JobRow
	err := q.with(ctx).Raw(`
		SELECT id, kind, state::text AS state, attempt, max_attempts, created_at, scheduled_at,
			coalesce(errors[array_upper(errors, 1)] ->> 'error', '') AS error
		FROM river_job WHERE state IN ('retryable', 'discarded') AND (? = 0 OR id < ?) ORDER BY id DESC LIMIT ?`, before, before, limit).Scan(&out).Error
	return out, dbError(err)
}

// MailRow is an outgoing mail without its recipient and its text.
type MailRow struct {
	ID, Kind, Entity, EntityID, State, LastError string
	Attempts                                     int
	CreatedAt                                    time.Time
}

// MailCounts counts outgoing mails by state.
func (q Queries) MailCounts(ctx context.Context) (map[string]int, error) {
	var rows []struct {
		State string
		N     int
	}
	err := q.with(ctx).Raw(`SELECT state, count(*) AS n FROM mails GROUP BY 1`).Scan(&rows).Error
	out := make(map[string]int, len(rows))
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, dbError(err)
}

// TroubledMails lists mails that could not be sent so far, newest first.
func (q Queries) TroubledMails(ctx context.Context, limit int) ([]MailRow, error) {
	var out []MailRow
	err := q.with(ctx).Raw(`
		SELECT id, kind, entity, entity_id, state, last_error, attempts, created_at
		FROM mails WHERE state = 'failed' OR (state = 'queued' AND attempts > 0) ORDER BY created_at DESC, id LIMIT ?`, limit).Scan(&out).Error
	return out, dbError(err)
}

// OldestCase is the undecided case that has waited longest.
func (q Queries) OldestCase(ctx context.Context) (Case, error) {
	c, err := gorm.G[Case](q.db).Where("state <> 'decided'").Order("coalesce(reopened_at, opened_at), id").Take(ctx)
	return c, dbError(err)
}

// Activity counts what happened since an instant. Median times are zero when nothing was decided.
type Activity struct {
	Uploads, Notices, Opened, Decided, Undone int
	MedianFirst, MedianDecided                time.Duration // from opening to the first action, to the decision
	ByAction                                  map[Action]int
}

// Activity counts uploads, notices and decisions since an instant.
func (q Queries) Activity(ctx context.Context, since time.Time) (Activity, error) {
	var row struct {
		Uploads, Notices, Opened, Decided, Undone int
		First, Took                               float64
	}
	err := q.with(ctx).Raw(`SELECT
		(SELECT count(*) FROM images WHERE created_at >= ? AND state <> 'pending') AS uploads,
		(SELECT count(*) FROM notices WHERE created_at >= ?) AS notices,
		(SELECT count(*) FROM cases WHERE opened_at >= ?) AS opened,
		(SELECT count(*) FROM decisions WHERE decided_at >= ? AND state <> 'voided') AS decided,
		(SELECT count(*) FROM decisions WHERE decided_at >= ? AND state = 'voided') AS undone,
		coalesce((SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first_action_at - opened_at)) FROM cases WHERE opened_at >= ? AND first_action_at IS NOT NULL), 0) AS first,
		coalesce((SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - opened_at)) FROM cases WHERE opened_at >= ? AND decided_at IS NOT NULL), 0) AS took`,
		since, since, since, since, since, since, since).Scan(&row).Error
	if err != nil {
		return Activity{}, dbError(err)
	}
	out := Activity{
		Uploads: row.Uploads, Notices: row.Notices, Opened: row.Opened, Decided: row.Decided, Undone: row.Undone,
		MedianFirst: time.Duration(row.First * float64(time.Second)), MedianDecided: time.Duration(row.Took * float64(time.Second)),
		ByAction: map[Action]int{},
	}
	var actions []struct {
		Action Action
		N      int
	}
	err = q.with(ctx).Raw(`SELECT action, count(*) AS n FROM decisions WHERE decided_at >= ? AND state <> 'voided' GROUP BY 1`, since).Scan(&actions).Error
	for _, a := range actions {
		out.ByAction[a.Action] = a.N
	}
	return out, dbError(err)
}
