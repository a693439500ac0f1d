package main

import (
	"context"

	"google.golang.org/grpc"
	health "google.golang.org/grpc/health/grpc_health_v1"
)

func printHealth(connection *grpc.ClientConn) error {
	client := health.NewHealthClient(connection)
	context, cancel := deadline()
	defer cancel()
	list, err := client.List(context, &health.HealthListRequest{})
	if err != nil {
		return err
	}
	listed, checked := map[string]string{}, map[string]string{}
	for service, answer := range list.GetStatuses() {
		listed[service] = answer.GetStatus().String()
		one, err := client.Check(context, &health.HealthCheckRequest{Service: service})
		if err != nil {
			return err
		}
		checked[service] = one.GetStatus().String()
	}
	return printJSON(map[string]any{"listed": listed, "checked": checked})
}

// watchHealth prints until the server ends the stream.
func watchHealth(connection *grpc.ClientConn, service string) error {
	stream, err := health.NewHealthClient(connection).Watch(context.Background(), &health.HealthCheckRequest{Service: service})
	if err != nil {
		return err
	}
	for {
		answer, err := stream.Recv()
		if err != nil {
			return err
		}
		if err := printJSON(answer.GetStatus().String()); err != nil {
			return err
		}
	}
}
