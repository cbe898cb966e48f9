package systemd

import (
	"context"
	"fmt"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// Service is the daemon as systemd sees it. Where systemd did not start the
// daemon, its methods do nothing.
type Service struct {
	// Alive tells whether the daemon still does its work. systemd kills a
	// daemon that has not been alive for WatchdogSec.
	Alive func() bool
}

// Ready tells systemd that the daemon serves.
func (s *Service) Ready() error { return notify(daemon.SdNotifyReady) }

// Status sets the line that `systemctl status` shows.
func (s *Service) Status(text string) error { return notify("STATUS=" + text) }

// Stopping tells systemd that the daemon is on its way out.
func (s *Service) Stopping() error { return notify(daemon.SdNotifyStopping) }

// Run feeds systemd's watchdog, three times in each of its intervals, as long
// as the daemon is alive and until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	limit, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		return fmt.Errorf("systemd's watchdog: %w", err)
	}
	if limit == 0 {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(limit / 3)
	defer tick.Stop()
	for {
		if s.Alive() {
			if err := notify(daemon.SdNotifyWatchdog); err != nil {
				return err
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func notify(state string) error {
	if _, err := daemon.SdNotify(false, state); err != nil {
		return fmt.Errorf("systemd's notify socket: %w", err)
	}
	return nil
}
