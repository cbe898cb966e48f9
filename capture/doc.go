// Package capture brings frames in. A Camera starts the program edged-camera,
// the only one that links OpenCV, reads frames from its standard output, and
// kills and restarts it when it hangs, crashes or talks nonsense. The newest
// frame waits for whoever predicts; a Ring keeps the recent ones for labels.
package capture
