package main

import (
	"errors"
	"os"
	"path/filepath"

	"edged/cmd/edged/config"

	"github.com/cpuguy83/go-md2man/v2/md2man"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newMan writes the manual pages that the packages install.
func newMan() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write a manual page of each command, and edged.toml's, into a folder",
		Args:   takes("DIR"),
		Hidden: true,
		RunE: func(command *cobra.Command, arguments []string) error {
			folder := arguments[0]
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return err
			}
			root := command.Root()
			root.DisableAutoGenTag = true
			header := &doc.GenManHeader{Section: "1", Source: "edged " + version, Manual: "edged"}
			page := md2man.Render(config.Manual("edged " + version))
			return errors.Join(
				doc.GenManTree(root, header, folder),
				os.WriteFile(filepath.Join(folder, "edged.toml.5"), page, 0o644),
			)
		},
	}
}
