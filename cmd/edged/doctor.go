package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"edged/capture"
	"edged/cmd/edged/doctor"

	"github.com/spf13/cobra"
)

func newDoctor() *cobra.Command {
	var (
		daemon daemonFlags
		asJSON bool
	)
	command := &cobra.Command{
		Use:   "doctor",
		Short: "Tell what this machine has and lacks",
		Args:  takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			c, err := daemon.load()
			if err != nil {
				return err
			}
			machine := &doctor.Machine{Root: "/", Config: c, Cameras: capture.Devices, Ports: capture.Ports}
			machine.Program, machine.CameraError = cameraProgram(c)
			findings := machine.Examine(command.Context())
			if asJSON {
				err = json.NewEncoder(command.OutOrStdout()).Encode(findings)
			} else {
				err = printFindings(command.OutOrStdout(), findings)
			}
			if err != nil {
				return err
			}
			return verdict(findings)
		},
	}
	daemon.add(command)
	command.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return command
}

func printFindings(w io.Writer, findings []doctor.Finding) error {
	for _, f := range findings {
		if _, err := fmt.Fprintf(w, "%-4s  %-13s  %s\n", f.Level, f.Name, f.Text); err != nil {
			return err
		}
		if f.Advice != "" {
			fmt.Fprintf(w, "%21s-> %s\n", "", f.Advice)
		}
	}
	return nil
}

func verdict(findings []doctor.Finding) error {
	for _, f := range findings {
		if f.Level == doctor.Fail {
			return errors.New("something is missing: see the lines that say fail")
		}
	}
	return nil
}
