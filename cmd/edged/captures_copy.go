package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"edged/cmd/edged/config"
	"edged/storage"
	"edged/storage/picture"

	"github.com/spf13/cobra"
)

func newCapturesExport(daemon *daemonFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "export OUT",
		Short: "Copy the captures to a new folder, or a .tar file, that Keras's image generators read",
		Long: "Copies the captures to OUT, a folder that does not exist yet or a file that ends\n" +
			"in .tar (\"-\" for a tar on standard output): one folder for each label.",
		Args: takes("OUT"),
		RunE: func(command *cobra.Command, arguments []string) error {
			return withCaptures(command.Context(), daemon, func(ctx context.Context, o captureOwner, c *config.Config) error {
				list, err := o.Captures(ctx)
				if err != nil {
					return err
				}
				if len(list) == 0 {
					return fmt.Errorf("there are no captures in %s", c.CaptureFolder())
				}
				out := arguments[0]
				if out == "-" {
					return writeTar(command.OutOrStdout(), c.CaptureFolder(), list)
				}
				if strings.HasSuffix(out, ".tar") {
					err = exportTar(out, c.CaptureFolder(), list)
				} else {
					err = exportFolder(out, c.CaptureFolder(), list)
				}
				if err == nil {
					fmt.Fprintf(command.OutOrStdout(), "%d captures are in %s\n", len(list), out)
				}
				return err
			})
		},
	}
}

// exportTar leaves no file behind when it fails.
func exportTar(out, folder string, list []storage.Capture) error {
	f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	err = errors.Join(writeTar(f, folder, list), f.Close())
	if err != nil {
		os.Remove(out)
	}
	return err
}

func writeTar(w io.Writer, folder string, list []storage.Capture) error {
	archive := tar.NewWriter(w)
	for _, p := range list {
		data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(p.Path())))
		if err != nil {
			return err
		}
		header := &tar.Header{Name: p.Path(), Mode: 0o644, Size: int64(len(data)), ModTime: p.Time, Format: tar.FormatPAX}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(data); err != nil {
			return err
		}
	}
	return archive.Close()
}

func exportFolder(out, folder string, list []storage.Capture) error {
	if err := os.Mkdir(out, 0o755); err != nil {
		return err
	}
	for _, p := range list {
		data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(p.Path())))
		if err != nil {
			return err
		}
		to := filepath.Join(out, filepath.FromSlash(p.Path()))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func newCapturesImport(daemon *daemonFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "import IN",
		Short: "Add the pictures of a folder of label folders, or of a .tar file of one",
		Long: "Adds pictures to the captures: IN is a folder with one folder for each label, or\n" +
			"a .tar file of one (\"-\" for a tar on standard input). What is there already is\n" +
			"not added again; what can't be read is named and left out.",
		Args: takes("IN"),
		RunE: func(command *cobra.Command, arguments []string) error {
			return withCaptures(command.Context(), daemon, func(ctx context.Context, o captureOwner, _ *config.Config) error {
				in := importer{owner: o, warn: command.ErrOrStderr()}
				err := in.read(ctx, arguments[0], command.InOrStdin())
				fmt.Fprintf(command.OutOrStdout(), "%d pictures are kept, %d were left out\n", in.kept, in.left)
				if err == nil && in.kept == 0 {
					err = fmt.Errorf("%s has no pictures in folders that are named after labels", arguments[0])
				}
				return err
			})
		},
	}
}

// importer adds pictures one by one.
type importer struct {
	owner      captureOwner
	warn       io.Writer
	kept, left int
}

func (i *importer) read(ctx context.Context, in string, standard io.Reader) error {
	info, err := os.Stat(in)
	switch {
	case in == "-":
		return i.readTar(ctx, standard)
	case err != nil:
		return err
	case info.IsDir():
		return i.readFolder(ctx, in)
	}
	f, err := os.Open(in)
	if err != nil {
		return err
	}
	defer f.Close()
	return i.readTar(ctx, f)
}

func (i *importer) readFolder(ctx context.Context, root string) error {
	return fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() != "." && strings.HasPrefix(entry.Name(), ".") {
			return fs.SkipDir
		}
		if !entry.Type().IsRegular() || !isPicture(name) {
			return nil
		}
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return i.leave(name, err)
		}
		return i.add(ctx, name, data)
	})
}

// maxImported bounds a picture of a tar.
const maxImported = 50 << 20

func (i *importer) readTar(ctx context.Context, r io.Reader) error {
	archive := tar.NewReader(r)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the tar can't be read: %w", err)
		}
		if header.Typeflag != tar.TypeReg || !isPicture(header.Name) {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(archive, maxImported+1))
		if err != nil {
			return fmt.Errorf("the tar can't be read: %w", err)
		}
		if err := i.add(ctx, header.Name, data); err != nil {
			return err
		}
	}
}

func isPicture(name string) bool {
	base := path.Base(name)
	for _, ending := range picture.Extensions() {
		if strings.HasSuffix(strings.ToLower(base), ending) && !strings.HasPrefix(base, ".") {
			return true
		}
	}
	return false
}

// add keeps the picture .../LABEL/NAME. Only a lack of room ends an import.
func (i *importer) add(ctx context.Context, name string, data []byte) error {
	label := path.Base(path.Dir(path.Clean(name)))
	_, err := i.owner.Add(ctx, label, path.Base(name), data)
	if err != nil && (errors.Is(err, storage.ErrFull) || ctx.Err() != nil) {
		return err
	}
	if err != nil {
		return i.leave(name, err)
	}
	i.kept++
	return nil
}

func (i *importer) leave(name string, err error) error {
	i.left++
	_, werr := fmt.Fprintf(i.warn, "%s is left out: %v\n", name, err)
	return werr
}
