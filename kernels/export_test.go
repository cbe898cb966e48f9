package kernels

// Asleep tells whether all helpers sleep.
func (w *Workers) Asleep() bool {
	for _, h := range w.helpers {
		if !h.asleep.Load() {
			return false
		}
	}
	return true
}
