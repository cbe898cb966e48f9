package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// between is how often progress is told where there is no terminal.
const between = 10 * time.Second

// newProgress returns a function that tells on standard error how much of long
// work is done: by a bar on a terminal, by a line now and then elsewhere. It is
// safe for use by several goroutines.
func newProgress(what string) func(done, all int) {
	var lock sync.Mutex
	if term.IsTerminal(int(os.Stderr.Fd())) {
		var bar *progressbar.ProgressBar
		return func(done, all int) {
			lock.Lock()
			defer lock.Unlock()
			if bar == nil {
				bar = progressbar.NewOptions(all, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(what),
					progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
			}
			_ = bar.Add(1)
		}
	}
	last := time.Now()
	return func(done, all int) {
		lock.Lock()
		defer lock.Unlock()
		if now := time.Now(); now.Sub(last) >= between && done < all {
			last = now
			fmt.Fprintf(os.Stderr, "%s: %d of %d\n", what, done, all)
		}
	}
}
