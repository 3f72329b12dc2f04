// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.wrong;

import com.google.protobuf.Message;
import io.cairn.apiprotos.etcdserverpb.AuthGrpc;
import io.cairn.apiprotos.etcdserverpb.ClusterGrpc;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.LeaseGrpc;
import io.cairn.apiprotos.etcdserverpb.MaintenanceGrpc;
import io.cairn.apiprotos.etcdserverpb.WatchGrpc;
import io.cairn.conformancetests.protocol.RawMessages;
import io.grpc.CallOptions;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Passes on everything between clients and a right server, but for what a {@link Fault} changes.
 * What is no message of the API passes as it is.
 */
final class FaultyProxy implements AutoCloseable {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          AuthGrpc.getServiceDescriptor(),
          ClusterGrpc.getServiceDescriptor(),
          KVGrpc.getServiceDescriptor(),
          LeaseGrpc.getServiceDescriptor(),
          MaintenanceGrpc.getServiceDescriptor(),
          WatchGrpc.getServiceDescriptor());

  private final Fault fault;
  private final ManagedChannel right;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, MethodDescriptor<?, ?>> methods = new LinkedHashMap<>();
  private final Server server;

  private FaultyProxy(int rightPort, Fault fault) throws IOException {
    this.fault = fault;
    this.right =
        NettyChannelBuilder.forAddress("127.0.0.1", rightPort)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    SERVICES.forEach(service ->
        service.getMethods().forEach(method -> methods.put(method.getFullMethodName(), method)));
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(threads)
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .fallbackHandlerRegistry(new Everything())
            .build()
            .start();
  }

  /** In front of the server that listens on this port of the loopback. */
  static FaultyProxy start(int rightPort, Fault fault) throws IOException {
    return new FaultyProxy(rightPort, fault);
  }

  String url() {
    return "http://127.0.0.1:" + server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
    right.shutdownNow();
    threads.shutdownNow();
  }

  /** Serves any method. */
  private final class Everything extends HandlerRegistry {
    @Override
    public ServerMethodDefinition<byte[], byte[]> lookupMethod(
        String name, @Nullable String authority) {
      MethodDescriptor<?, ?> known = methods.get(name);
      MethodType type = known == null ? MethodType.UNARY : known.getType();
      MethodDescriptor<byte[], byte[]> method = RawMessages.method(name, type);
      Codec codec = new Codec(known);
      return ServerMethodDefinition.create(
          method,
          type == MethodType.UNARY
              ? ServerCalls.asyncUnaryCall(
                  (request, answers) -> answer(method, codec, request, answers))
              : ServerCalls.asyncBidiStreamingCall(
                  answers -> connect(method, codec, (ServerCallStreamObserver<byte[]>) answers)));
    }
  }

  private void answer(
      MethodDescriptor<byte[], byte[]> method,
      Codec codec,
      byte[] request,
      StreamObserver<byte[]> answers) {
    try {
      Message message = codec.request(request);
      if (message == null) {
        answers.onNext(ask(method, request));
      } else {
        Fault.Right asking =
            new Fault.Right() {
              @Override
              public Message ask(Message asked) {
                return codec.requireResponse(FaultyProxy.this.ask(method, asked.toByteArray()));
              }

              @Override
              public Others others() {
                return new Others(right);
              }
            };
        answers.onNext(fault.answer(message, asking).toByteArray());
      }
      answers.onCompleted();
    } catch (StatusRuntimeException e) {
      answers.onError(e);
    }
  }

  private byte[] ask(MethodDescriptor<byte[], byte[]> method, byte[] request) {
    return ClientCalls.blockingUnaryCall(right, method, CallOptions.DEFAULT, request);
  }

  private StreamObserver<byte[]> connect(
      MethodDescriptor<byte[], byte[]> method,
      Codec codec,
      ServerCallStreamObserver<byte[]> answers) {
    Backwards backwards = new Backwards(codec, answers);
    StreamObserver<byte[]> requests =
        ClientCalls.asyncBidiStreamingCall(right.newCall(method, CallOptions.DEFAULT), backwards);
    answers.setOnCancelHandler(backwards::cancel);
    return new StreamObserver<>() {
      @Override
      public void onNext(byte[] request) {
        Message message = codec.request(request);
        requests.onNext(message == null ? request : fault.asked(message).toByteArray());
      }

      @Override
      public void onError(Throwable failure) {
        backwards.cancel();
      }

      @Override
      public void onCompleted() {
        requests.onCompleted();
      }
    };
  }

  /** From the right server to the client. */
  private final class Backwards implements ClientResponseObserver<byte[], byte[]> {
    private final Codec codec;
    private final ServerCallStreamObserver<byte[]> answers;
    // Written before the call begins, read afterwards.
    private @Nullable ClientCallStreamObserver<byte[]> call;

    Backwards(Codec codec, ServerCallStreamObserver<byte[]> answers) {
      this.codec = codec;
      this.answers = answers;
    }

    void cancel() {
      if (call != null) {
        call.cancel("the client has gone", null);
      }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<byte[]> requests) {
      call = requests;
    }

    @Override
    public void onNext(byte[] response) {
      for (Message message : fault.told(codec.requireResponse(response))) {
        answers.onNext(message.toByteArray());
      }
    }

    @Override
    public void onError(Throwable failure) {
      if (!answers.isCancelled()) {
        answers.onError(failure);
      }
    }

    @Override
    public void onCompleted() {
      answers.onCompleted();
    }
  }

  /** Knows the messages of a method, or that it is none of the API. */
  private record Codec(@Nullable MethodDescriptor<?, ?> method) {
    /** Null if the bytes are no message, which is for the right server to say. */
    @Nullable Message request(byte[] bytes) {
      if (method == null) {
        return null;
      }
      try {
        return (Message) method.parseRequest(new ByteArrayInputStream(bytes));
      } catch (StatusRuntimeException e) {
        return null;
      }
    }

    Message requireResponse(byte[] bytes) {
      if (method == null) {
        throw new IllegalStateException("not a method of the API");
      }
      return (Message) method.parseResponse(new ByteArrayInputStream(bytes));
    }
  }
}
