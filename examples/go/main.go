// Ask calls one method of Tollgate and prints what came back as one line of JSON: the answer, or the status with its
// details. It also asks for health. With a service config it retries, as docs/clients.md describes.
//
// It takes the messages from the descriptor set that the server is built with; a project of your own would generate
// stubs from proto/ with protoc-gen-go.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	_ "google.golang.org/genproto/googleapis/rpc/errdetails" // ErrorInfo and the others are known by name.
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

const usage = `ask [flags] SERVICE/METHOD JSON   one call, such as tollgate.v1.SessionService/ListSessions '{}'
ask [flags] health                health of every service, by List and by Check
ask [flags] watch SERVICE         health of one service: a line for each change`

var (
	addresses     = flag.String("address", "127.0.0.1:7070", "where Tollgate listens; several replicas with commas between them")
	serviceConfig = flag.String("service-config", "", "file with a gRPC service config")
	descriptors   = flag.String("descriptors", "src/gen/tollgate.binpb", "file with Tollgate's descriptor set")
	timeout       = flag.Duration("timeout", 10*time.Second, "how long one call may take, its retries included; 0 leaves it to the service config")
)

func main() {
	log.SetFlags(0)
	flag.Usage = func() { fmt.Fprintln(os.Stderr, usage); flag.PrintDefaults() }
	flag.Parse()
	connection, err := connect()
	check(err)
	defer connection.Close()
	switch words := flag.Args(); {
	case len(words) == 1 && words[0] == "health":
		check(printHealth(connection))
	case len(words) == 2 && words[0] == "watch":
		check(watchHealth(connection, words[1]))
	case len(words) == 2:
		check(ask(connection, words[0], words[1]))
	default:
		flag.Usage()
		os.Exit(2)
	}
}

func connect() (*grpc.ClientConn, error) {
	options := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	if *serviceConfig != "" {
		text, err := os.ReadFile(*serviceConfig)
		if err != nil {
			return nil, err
		}
		options = append(options, grpc.WithDefaultServiceConfig(string(text)))
	}
	if !strings.Contains(*addresses, ",") {
		return grpc.NewClient(*addresses, options...)
	}
	// A list of replicas; in a cluster a name would do, as dns:///tollgate.example:7070.
	replicas := manual.NewBuilderWithScheme("replicas")
	state := resolver.State{}
	for _, address := range strings.Split(*addresses, ",") {
		state.Addresses = append(state.Addresses, resolver.Address{Addr: address})
	}
	replicas.InitialState(state)
	return grpc.NewClient("replicas:///tollgate", append(options, grpc.WithResolvers(replicas))...)
}

func ask(connection *grpc.ClientConn, name, text string) error {
	method, err := findMethod(name)
	if err != nil {
		return err
	}
	request, answer := dynamicpb.NewMessage(method.Input()), dynamicpb.NewMessage(method.Output())
	if err := protojson.Unmarshal([]byte(text), request); err != nil {
		return err
	}
	context, cancel := deadline()
	defer cancel()
	if err := connection.Invoke(context, "/"+name, request, answer); err != nil {
		return printJSON(map[string]any{"status": toJSON(status.Convert(err).Proto())})
	}
	return printJSON(map[string]any{"answer": toJSON(answer)})
}

func deadline() (context.Context, context.CancelFunc) {
	if *timeout == 0 {
		return context.WithCancel(context.Background())
	}
	return context.WithTimeout(context.Background(), *timeout)
}

func findMethod(name string) (protoreflect.MethodDescriptor, error) {
	bytes, err := os.ReadFile(*descriptors)
	if err != nil {
		return nil, err
	}
	set := new(descriptorpb.FileDescriptorSet)
	if err := proto.Unmarshal(bytes, set); err != nil {
		return nil, err
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, err
	}
	found, err := files.FindDescriptorByName(protoreflect.FullName(strings.ReplaceAll(name, "/", ".")))
	if err != nil {
		return nil, err
	}
	if method, ok := found.(protoreflect.MethodDescriptor); ok {
		return method, nil
	}
	return nil, protoregistry.NotFound
}

func toJSON(message proto.Message) json.RawMessage {
	text, err := protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}.Marshal(message)
	check(err)
	return text
}

func printJSON(value any) error { return json.NewEncoder(os.Stdout).Encode(value) }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
