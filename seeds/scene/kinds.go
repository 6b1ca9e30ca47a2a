package scene

import "math"

func mountains(c *canvas) {
	hue := c.between(.55, 1.05)
	c.sky(hsl(hue, .55, c.between(.35, .6)), hsl(hue+c.between(.05, .15), .8, .8))
	c.disc(c.between(.15, .85)*c.w, c.between(.15, .45)*c.h, c.w*c.between(.04, .09), .1, hsl(.13, .9, .88), .95)
	layers := 4 + c.r.IntN(3)
	for i := range layers {
		t := float64(i) / float64(layers-1)
		ridge, base, amp := c.ridge(.45), c.h*(.42+.45*t), c.h*(.07-.02*t)
		col := mix(hsl(hue+.02, .35, .6), hsl(hue-.05, .5, .13), t)
		c.below(func(x float64) float64 { return base + amp*ridge(x) }, col, mix(col, hsl(hue, .3, .75), .25*(1-t)))
	}
}

func sea(c *canvas) {
	hue := c.between(.48, .62)
	horizon := c.h * c.between(.38, .55)
	c.sky(hsl(hue+.02, .6, .55), hsl(c.between(.02, .12), .85, .82))
	sx := c.between(.2, .8) * c.w
	c.disc(sx, horizon-c.h*.06, c.w*.06, .08, hsl(.11, 1, .85), 1)
	c.below(func(float64) float64 { return horizon }, hsl(hue, .5, .5), hsl(hue, .65, .18))
	for range 2600 {
		d := c.r.Float64()
		y := horizon + d*d*(c.h-horizon)
		x, l := c.r.Float64()*c.w, (2+d*60)*c.r.Float64()
		off := (x - sx) / (c.w * (.05 + .2*d))
		glow := math.Exp(-off * off)
		for i := range int(l) {
			c.blend(int(x)+i, int(y), mix(hsl(hue, .4, .75), hsl(.1, 1, .85), glow), .12+.5*glow)
		}
	}
}

func dunes(c *canvas) {
	hue := c.between(.04, .11)
	c.sky(hsl(.58, .4, .6), hsl(hue+.02, .5, .85))
	for i := range 5 {
		t := float64(i) / 4
		ridge, base := c.ridge(.22), c.h*(.4+.5*t)
		light := hsl(hue, .55, .68-.12*t)
		c.below(func(x float64) float64 { return base + c.h*.08*ridge(x) }, light, mix(light, hsl(hue-.02, .6, .2), .7))
	}
}

func aurora(c *canvas) {
	c.sky(hsl(.66, .6, .07), hsl(.6, .5, .2))
	stars(c, 500)
	for range 3 + c.r.IntN(2) {
		ridge, hue, base := c.ridge(.4), c.between(.33, .55), c.h*c.between(.25, .5)
		for x := range c.Rect.Dx() {
			top := base + c.h*.06*ridge(float64(x))
			for d := range int(c.h * .35) {
				c.blend(x, int(top)-d+int(c.h*.12), hsl(hue+float64(d)/c.h*.5, .8, .6), .35*math.Exp(-float64(d)/(c.h*.1)))
			}
		}
	}
	ridge := c.ridge(.5)
	c.below(func(x float64) float64 { return c.h*.82 + c.h*.04*ridge(x) }, hsl(.6, .3, .08), hsl(.6, .3, .03))
}

func skyline(c *canvas) {
	hue := c.between(.6, .95)
	c.sky(hsl(hue, .5, .25), hsl(hue+.12, .8, .7))
	for layer := range 3 {
		t := float64(layer) / 2
		for x := -20.0; x < c.w; {
			bw, bh := c.between(.03, .08)*c.w, c.between(.15, .5)*c.h*(1-.2*t)
			block(c, x, c.h-bh, bw, mix(hsl(hue+.05, .3, .45), hsl(hue, .4, .08), t), t)
			x += bw + c.between(0, .01)*c.w
		}
	}
}

// block is a house with some lit windows.
func block(c *canvas, x, y, w float64, wall rgb, near float64) {
	for yy := int(y); yy < int(c.h); yy++ {
		for xx := int(x); xx < int(x+w); xx++ {
			c.blend(xx, yy, wall, 1)
		}
	}
	for wy := y + 8; wy < c.h-6; wy += 14 {
		for wx := x + 6; wx < x+w-8; wx += 12 {
			if c.r.Float64() < .35*near+.1 {
				for i := range 24 {
					c.blend(int(wx)+i%4, int(wy)+i/4, hsl(.12, .9, .7), .8)
				}
			}
		}
	}
}

func meadow(c *canvas) {
	hue := c.between(.22, .34)
	c.sky(hsl(.57, .65, .62), hsl(.55, .6, .9))
	for range 6 {
		cx, cy := c.r.Float64()*c.w, c.between(.08, .32)*c.h
		for range 12 {
			c.disc(cx+c.between(-.08, .08)*c.w, cy+c.between(-.02, .02)*c.h, c.between(.02, .05)*c.w, .9, rgb{1, 1, 1}, .35)
		}
	}
	for i := range 4 {
		ridge, base := c.ridge(.3), c.h*(.45+.14*float64(i))
		c.below(func(x float64) float64 { return base + c.h*.04*ridge(x) }, hsl(hue, .5, .55-.08*float64(i)), hsl(hue, .6, .25))
	}
	for range 350 {
		y := c.h * math.Sqrt(c.between(.4, 1))
		c.disc(c.r.Float64()*c.w, y, 1.5+5*(y/c.h-.6), .5, hsl(c.r.Float64(), .85, .65), .9)
	}
}

func bokeh(c *canvas) {
	hue := c.r.Float64()
	c.sky(hsl(hue, .5, .1), hsl(hue+.1, .6, .25))
	for range 70 {
		c.disc(c.r.Float64()*c.w, c.r.Float64()*c.h, c.between(.01, .07)*c.w, .15, hsl(hue+c.between(-.12, .18), .8, .62), c.between(.1, .45))
	}
}

func tiles(c *canvas) {
	hue, n := c.r.Float64(), 6+c.r.IntN(8)
	size := c.w / float64(n)
	kind := make([]int, 4096)
	for i := range kind {
		kind[i] = c.r.IntN(4)
	}
	for y := range c.Rect.Dy() {
		for x := range c.Rect.Dx() {
			tx, ty := int(float64(x)/size), int(float64(y)/size)
			fx, fy := math.Mod(float64(x), size)/size, math.Mod(float64(y), size)/size
			k := kind[(ty*n+tx)%4096]
			if k&1 == 1 {
				fx = 1 - fx
			}
			if k&2 == 2 {
				fy = 1 - fy
			}
			d := math.Hypot(fx, fy)
			c.SetRGBA(x, y, hsl(hue+.08*float64(k), .55, .3+.5*math.Abs(math.Sin(d*math.Pi*1.5))).rgba())
		}
	}
}

func stars(c *canvas, n int) {
	for range n {
		c.disc(c.r.Float64()*c.w, c.r.Float64()*c.h*.85, c.between(.6, 2), .8, hsl(c.between(.1, .6), .4, .92), c.between(.3, 1))
	}
}

func night(c *canvas) {
	hue := c.between(.58, .78)
	c.sky(hsl(hue, .6, .06), hsl(hue-.05, .5, .28))
	stars(c, 900)
	c.disc(c.between(.2, .8)*c.w, c.between(.15, .4)*c.h, c.w*.06, .06, hsl(.14, .5, .92), 1)
	for i := range 3 {
		ridge, base := c.ridge(.55), c.h*(.68+.12*float64(i))
		c.below(func(x float64) float64 { return base + c.h*.05*ridge(x) }, hsl(hue, .4, .14-.04*float64(i)), hsl(hue, .4, .03))
	}
}

func ripples(c *canvas) {
	hue := c.r.Float64()
	type drop struct{ x, y, f float64 }
	var drops []drop
	for range 3 + c.r.IntN(4) {
		drops = append(drops, drop{c.r.Float64() * c.w, c.r.Float64() * c.h, c.between(18, 60)})
	}
	for y := range c.Rect.Dy() {
		for x := range c.Rect.Dx() {
			v := 0.0
			for _, d := range drops {
				r := math.Hypot(float64(x)-d.x, float64(y)-d.y)
				v += math.Sin(r/c.w*d.f) / (1 + r/c.w*4)
			}
			c.SetRGBA(x, y, hsl(hue+.05*v, .5, .5+.16*v).rgba())
		}
	}
}
