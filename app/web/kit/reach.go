package kit

import "github.com/gofiber/fiber/v2"

// need remembers what a page needs, so that navigation draws exactly the links that will open. Where a form and a page
// share a name the page counts.
func (k *Kit) need(r *Route) {
	if _, known := k.needs[r.Name]; !known || r.Method == fiber.MethodGet {
		k.needs[r.Name] = r.Needs
	}
}

// Reaches reports whether the route exists and the one who asks may use it.
func (c *Ctx) Reaches(name string) bool {
	need, ok := c.Kit.needs[name]
	return ok && c.Actor.Can(need)
}

// Known gives the paths of those named routes that exist and take no parameters: parts of the program may be left out.
func (k *Kit) Known(names ...string) (paths []string) {
	for _, name := range names {
		if path, ok := k.routes[name]; ok {
			paths = append(paths, path)
		}
	}
	return paths
}
