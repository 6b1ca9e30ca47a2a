package moderation

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// Blocks is one page of the block list of exact files, newest first.
func (s *Service) Blocks(ctx context.Context, a actor.Actor, after string, limit int) (out Blocks, err error) {
	defer fault.Wrap(&err, "moderation.Blocks")
	if err := needs(a, actor.BlockEdit); err != nil {
		return out, err
	}
	var cur models.BlockCursor
	if after != "" {
		b, err := base64.RawURLEncoding.DecodeString(after)
		if err != nil || len(after) > 200 || json.Unmarshal(b, &cur) != nil {
			return out, fault.InvalidField("after", "This page address is damaged. Go back to the first page.")
		}
	}
	if limit <= 0 {
		limit = 25
	}
	limit = min(limit, PageLimit)
	rows, err := s.Store.Blocks(ctx, cur, limit+1)
	if err != nil {
		return out, err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		b, _ := json.Marshal(models.BlockCursor{At: rows[limit-1].CreatedAt, ID: rows[limit-1].ID}) // plain fields: cannot fail
		out.Next = base64.RawURLEncoding.EncodeToString(b)
	}
	set, err := s.reasonSet(ctx)
	if err != nil {
		return out, err
	}
	for _, r := range rows {
		out.Rows = append(out.Rows, BlockRow{BlockedHash: r, ReasonLabel: set.label(r.ReasonCode)})
	}
	return out, nil
}

// AddBlock refuses a file from now on, named by the SHA-256 of its bytes in hexadecimal.
func (s *Service) AddBlock(ctx context.Context, a actor.Actor, sha256Hex, reason string) (b models.BlockedHash, err error) {
	defer fault.Wrap(&err, "moderation.AddBlock")
	if err := needs(a, actor.BlockEdit); err != nil {
		return b, err
	}
	sum, decodeErr := hex.DecodeString(strings.TrimSpace(sha256Hex))
	set, err := s.reasonSet(ctx)
	if err != nil {
		return b, err
	}
	var c fault.Collect
	c.Check(decodeErr == nil && len(sum) == 32, "sha256", "Give a SHA-256 as 64 hexadecimal digits.")
	_, known := set.by[reason]
	c.Check(known, "reason", "Choose one of the reasons.")
	if err := c.Err(); err != nil {
		return b, err
	}
	b = models.BlockedHash{SHA256: sum, ID: ident.Public(), ReasonCode: reason, CreatedBy: a.ID}
	change := models.Change{Actor: a, Needs: actor.BlockEdit, Action: "block.add", Entity: "block", ID: b.ID, Reason: reason}
	err = s.Store.Write(ctx, change, func(tx *models.Tx) error {
		b.CreatedAt = tx.Now
		added, err := tx.InsertBlock(b)
		if err == nil && !added {
			return fault.New(fault.Conflict, "block_exists", "This file is on the block list already.")
		}
		return err
	})
	return b, err
}

// RemoveBlock lets a file back in.
func (s *Service) RemoveBlock(ctx context.Context, a actor.Actor, id string) (err error) {
	defer fault.Wrap(&err, "moderation.RemoveBlock(%s)", id)
	change := models.Change{Actor: a, Needs: actor.BlockEdit, Action: "block.remove", Entity: "block", ID: id}
	return s.Store.Write(ctx, change, func(tx *models.Tx) error {
		b, err := tx.Block(ctx, id)
		if err != nil {
			return err
		}
		tx.Detail("reason", b.ReasonCode)
		return tx.DeleteBlock(id)
	})
}
