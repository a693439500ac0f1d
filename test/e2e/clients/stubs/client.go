// Asks with the generated Go stubs. Prints the reason of one decision.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"tollgate/go/tollgatev1"
)

func main() {
	connection, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	client := tollgatev1.NewPolicyDecisionServiceClient(connection)
	answer, err := client.Authorize(context.Background(), &tollgatev1.AuthorizeRequest{Tool: "read_file"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.GetDecision().GetReason())
}
