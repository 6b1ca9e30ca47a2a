package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/web/kit"
	"imglink/models"
)

// idempotent repeats the first answer to the same key for a day, when the same files and addresses are sent again: the
// answer holds delete links, so knowing the key is not enough.
func (h *Handlers) idempotent(c *kit.Ctx, key string) error {
	if len(key) > 255 {
		return fault.InvalidField("Idempotency-Key", "The key may have at most 255 characters.")
	}
	scope := h.idempotencyScope(c, key)
	answer, print, err := h.Store.BeginIdempotent(c.Context(), scope)
	switch {
	case errors.Is(err, models.ErrIdempotencyBusy):
		return fault.New(fault.Conflict, "idempotency_busy", "The first request with this key is still being processed.").After(time.Second)
	case err != nil:
		return err
	case answer != nil:
		return h.repeat(c, key, answer, print)
	}
	images, print, err := h.receive(c)
	if err != nil {
		return errors.Join(err, h.Store.AbandonIdempotent(lasting(c), scope))
	}
	body, err := json.Marshal(uploaded{images})
	if err != nil {
		return err
	}
	if err := h.Store.FinishIdempotent(lasting(c), scope, print, c.Kit.Keys.Seal("idempotency", key, body)); err != nil {
		c.Kit.Log.WarnContext(c.Context(), "idempotent answer not kept", "request_id", c.ID, "error", err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Status(fiber.StatusCreated).Send(body)
}

// idempotencyScope is whose key it is: of an account wherever its requests come from, of a guest at one address.
func (h *Handlers) idempotencyScope(c *kit.Ctx, key string) []byte {
	if c.User != nil {
		return c.Kit.Keys.MAC("idempotency", "account", c.User.ID, key)
	}
	return c.Kit.Keys.MAC("idempotency", kit.Network(c.IPAddr()), c.GuestID(false), key)
}

// repeat sends a kept answer to the request it answered. It is sealed, because it holds delete tokens that are stored
// nowhere else.
func (h *Handlers) repeat(c *kit.Ctx, key string, sealed, print []byte) error {
	again := h.receiver(c, false, nil)
	again.compare = true
	if err := again.all(); err != nil {
		return err
	}
	if !bytes.Equal(again.print.Sum(nil), print) {
		return fault.InvalidField("Idempotency-Key", "This key was used for a different request. Use a new key for a new request.")
	}
	body, err := c.Kit.Keys.Open("idempotency", key, sealed)
	if err != nil {
		return err
	}
	c.Set("Idempotent-Replayed", "true")
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Status(fiber.StatusCreated).Send(body)
}
