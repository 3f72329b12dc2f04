// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.apigrpc.wire.Reply;
import io.cairn.spi.store.Bytes;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Refuses calls of what is not served here, in the words of etcd's server. */
final class UnknownMethods extends HandlerRegistry {

  private final Set<String> services = new TreeSet<>();

  UnknownMethods(List<ServerServiceDefinition> served) {
    served.forEach(service -> services.add(service.getServiceDescriptor().getName()));
  }

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String path, @Nullable String authority) {
    Status refusal = refusal(path);
    return ServerMethodDefinition.<Bytes, Reply>create(
        MessageMarshallers.descriptor(path, MethodType.UNKNOWN),
        (call, headers) -> {
          call.close(refusal, new Metadata());
          return new ServerCall.Listener<>() {};
        });
  }

  private Status refusal(String path) {
    int slash = path.lastIndexOf('/');
    if (slash < 0) {
      return StatusMapping.malformedMethodName(path);
    }
    String service = path.substring(0, slash);
    return services.contains(service)
        ? StatusMapping.unknownMethod(service, path.substring(slash + 1))
        : StatusMapping.unknownService(service);
  }
}
