package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"edged/cmd/edged/config"
	"edged/cmd/edged/engine"
	"edged/storage"
	"edged/web"
)

// modelOwner manages the models of the watched folder: the daemon, through its
// control socket, or this process while there is none.
type modelOwner interface {
	List(ctx context.Context) ([]storage.Status, error)
	Use(ctx context.Context, name string) (version string, err error)
	Unpin(ctx context.Context) (version string, err error)
	Rollback(ctx context.Context) (version string, err error)
	Verify(ctx context.Context, name string) error
}

// find returns the configuration and a client of the daemon, nil where none runs.
func (f *daemonFlags) find(ctx context.Context) (*config.Config, *web.Client, error) {
	c, err := f.load()
	if err != nil {
		return nil, nil, err
	}
	client := web.NewClient(c.Socket())
	_, err = client.Status(ctx)
	switch {
	case err == nil:
		return c, client, nil
	case errors.Is(err, web.ErrNoDaemon):
		return c, nil, nil
	}
	return nil, nil, err
}

// owned explains why somebody else owns what no daemon answers for.
func owned(err error, c *config.Config) error {
	if errors.Is(err, storage.ErrLocked) {
		return fmt.Errorf("%w but does not answer on %s: try again when it has started", err, c.Socket())
	}
	return err
}

// withModels finds the owner and lets do use it.
func withModels(ctx context.Context, daemon *daemonFlags, do func(context.Context, modelOwner) error) error {
	c, client, err := daemon.find(ctx)
	if err != nil {
		return err
	}
	if client != nil {
		return do(ctx, client)
	}
	workers, err := engine.Workers(c.Predict.Threads, c.Predict.BigCores)
	if err != nil {
		return err
	}
	defer workers.Close()
	models, err := storage.OpenModels(storage.ModelsOptions{
		Folder: c.ModelFolder(), State: c.State, Loader: engine.Loader(&c.Predict, workers),
	})
	if err != nil {
		return owned(err, c)
	}
	defer models.Close()
	return do(ctx, folderModels{models})
}

// folderModels manages the folder from this process.
type folderModels struct{ models *storage.Models }

// List implements modelOwner.
func (f folderModels) List(ctx context.Context) ([]storage.Status, error) {
	if err := f.models.Refresh(ctx); err != nil {
		return nil, err
	}
	return f.models.List(), nil
}

// Use implements modelOwner.
func (f folderModels) Use(ctx context.Context, name string) (string, error) {
	return versionID(f.models.Use(ctx, name))
}

// Unpin implements modelOwner.
func (f folderModels) Unpin(ctx context.Context) (string, error) {
	return versionID(f.models.Unpin(ctx))
}

// Rollback implements modelOwner.
func (f folderModels) Rollback(ctx context.Context) (string, error) {
	return versionID(f.models.Rollback(ctx))
}

// Verify implements modelOwner.
func (f folderModels) Verify(ctx context.Context, name string) error {
	return f.models.Verify(ctx, name)
}

func versionID(v *storage.Version, err error) (string, error) {
	if v == nil {
		return "", err
	}
	return v.ID(), err
}

// namesIn are the arguments of a usage line.
func namesIn(use string) []string { return strings.Fields(use)[1:] }
