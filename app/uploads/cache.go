package uploads

import (
	"container/list"
	"strconv"
	"sync"
	"time"
)

// CacheControl is what stored objects and their answers carry. Browsers keep a picture for an hour without asking. Shared
// caches keep it for a year where a removal purges them at once; where none can be told, none may keep it (RFC 9111, 5.2.2.7).
func (s *Service) CacheControl() string { return s.CacheControlUntil(year) }

const year = 365 * 24 * time.Hour

// CacheControlUntil is that of a picture that may be seen for so long still.
func (s *Service) CacheControlUntil(left time.Duration) string {
	seconds := func(d time.Duration) string { return strconv.Itoa(int(max(0, min(d, left)) / time.Second)) }
	if s.SharedCaches {
		return "public, max-age=" + seconds(time.Hour) + ", s-maxage=" + seconds(year) + ", immutable"
	}
	return "private, max-age=" + seconds(time.Hour) + ", immutable"
}

// Cache keeps the bytes of small, popular objects in memory. Whether an image may be shown is asked of the database on
// every request, so the cache never outlives a removal. The nil Cache keeps nothing.
type Cache struct {
	mu       sync.Mutex
	max, now int64
	maxItem  int64
	order    *list.List
	byKey    map[string]*list.Element
	reading  chan struct{}
}

type cached struct {
	id, key string
	body    []byte
	etag    string
}

// NewCache holds at most max bytes, and nothing larger than an eighth of it.
func NewCache(max int64) *Cache {
	return &Cache{max: max, maxItem: max / 8, order: list.New(), byKey: map[string]*list.Element{}, reading: make(chan struct{}, maxReading)}
}

// maxReading is how many objects are in memory on their way into the cache and to those who asked first: without a bound,
// slow readers of many different pictures would hold as many in memory.
const maxReading = 4

// Reserve says whether an object of this size should be read into memory; if not, because it is too large or too many are,
// it is to be passed through. release must be called when its first reader has it.
func (c *Cache) Reserve(size int64) (release func(), ok bool) {
	if !c.fits(size) {
		return nil, false
	}
	select {
	case c.reading <- struct{}{}:
		return sync.OnceFunc(func() { <-c.reading }), true
	default:
		return nil, false
	}
}

func (c *Cache) fits(size int64) bool { return c != nil && size <= c.maxItem }

// Get returns the bytes of an object, which must not be changed.
func (c *Cache) Get(key string) (body []byte, etag string, ok bool) {
	if c == nil {
		return nil, "", false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return nil, "", false
	}
	c.order.MoveToFront(e)
	v := e.Value.(*cached)
	return v.body, v.etag, true
}

// Add keeps the bytes of an object of an image.
func (c *Cache) Add(id, key string, body []byte, etag string) {
	if !c.fits(int64(len(body))) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[key]; ok {
		return
	}
	c.byKey[key] = c.order.PushFront(&cached{id: id, key: key, body: body, etag: etag})
	c.now += int64(len(body))
	for c.now > c.max {
		c.drop(c.order.Back())
	}
}

// Forget drops everything of an image.
func (c *Cache) Forget(id string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.byKey {
		if e.Value.(*cached).id == id {
			c.drop(e)
		}
	}
}

func (c *Cache) drop(e *list.Element) {
	v := e.Value.(*cached)
	c.order.Remove(e)
	delete(c.byKey, v.key)
	c.now -= int64(len(v.body))
}
