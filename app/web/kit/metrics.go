package kit

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var requests = promauto.NewHistogramVec(prometheus.HistogramOpts{
	Name: "imglink_request_seconds", Help: "Time to answer, by route name, method and status.",
	Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
}, []string{"route", "method", "status"})

func observe(route, method string, status int, took time.Duration) {
	requests.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}
