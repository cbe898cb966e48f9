package shadow

import "fmt"

// The rule: over the latest samples, at most window and at least enough of them,
// the older model is sure of what it sees (the mean of its best scores is at least
// sure) and that mean of the newer one is below collapse times the older one's.
const (
	window   = 60
	enough   = 30
	sure     = 0.5
	collapse = 0.6
)

// comparison are the best scores that two models gave the same frames.
type comparison struct {
	older, newer [window]float64 // rings
	count        int             // samples ever added
}

func (c *comparison) add(older, newer float32) {
	c.older[c.count%window], c.newer[c.count%window] = finite(older), finite(newer)
	c.count++
}

// finite takes what is no number for no certainty at all.
func finite(score float32) float64 {
	if score != score {
		return 0
	}
	return float64(score)
}

// means are those of the latest samples.
func (c *comparison) means() (older, newer float64) {
	n := min(c.count, window)
	for i := range n {
		older += c.older[i] / float64(n)
		newer += c.newer[i] / float64(n)
	}
	return older, newer
}

// collapsed tells whether the newer model is far less sure than the older one.
func (c *comparison) collapsed() bool {
	older, newer := c.means()
	return c.count >= enough && older >= sure && newer < collapse*older
}

func (c *comparison) String() string {
	older, newer := c.means()
	return fmt.Sprintf("on %d of the same frames it gave its best label %.2f in the mean, the one before %.2f", c.count, newer, older)
}
