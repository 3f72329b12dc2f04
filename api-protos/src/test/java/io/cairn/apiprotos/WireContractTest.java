// SPDX-License-Identifier: Apache-2.0
package io.cairn.apiprotos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.apiprotos.authpb.PermissionProto;
import io.cairn.apiprotos.etcdserverpb.AuthProto;
import io.cairn.apiprotos.etcdserverpb.ClusterProto;
import io.cairn.apiprotos.etcdserverpb.KvProto;
import io.cairn.apiprotos.etcdserverpb.LeaseProto;
import io.cairn.apiprotos.etcdserverpb.MaintenanceProto;
import io.cairn.apiprotos.etcdserverpb.ResponseHeaderProto;
import io.cairn.apiprotos.etcdserverpb.WatchProto;
import io.cairn.apiprotos.mvccpb.KeyValueProto;
import io.cairn.apiprotos.v3electionpb.ElectionProto;
import io.cairn.apiprotos.v3lockpb.LockProto;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The definitions say exactly what the transcripts in {@code src/test/resources} say. */
final class WireContractTest {

  private static final List<FileDescriptor> FILES =
      List.of(
          AuthProto.getDescriptor(),
          ClusterProto.getDescriptor(),
          ElectionProto.getDescriptor(),
          KeyValueProto.getDescriptor(),
          KvProto.getDescriptor(),
          LeaseProto.getDescriptor(),
          LockProto.getDescriptor(),
          MaintenanceProto.getDescriptor(),
          PermissionProto.getDescriptor(),
          ResponseHeaderProto.getDescriptor(),
          WatchProto.getDescriptor());

  @Test
  void everyMessageHasTheFieldsNumbersAndTypesOfEtcd() throws IOException {
    SortedMap<String, List<String>> wanted = blocks("messages.txt", "message ");

    SortedMap<String, List<String>> found = new TreeMap<>();
    for (FileDescriptor file : FILES) {
      for (Descriptor message : file.getMessageTypes()) {
        found.put(message.getFullName(), message.getFields().stream().map(this::line).toList());
      }
    }

    assertThat(found).containsExactlyEntriesOf(wanted);
    assertThat(found).hasSizeGreaterThan(100);
  }

  @Test
  void everyEnumerationHasTheValuesOfEtcd() throws IOException {
    SortedMap<String, List<String>> wanted = blocks("enums.txt", "enum ");

    SortedMap<String, List<String>> found = new TreeMap<>();
    for (FileDescriptor file : FILES) {
      file.getEnumTypes().forEach(type -> found.put(type.getFullName(), values(type)));
      for (Descriptor message : file.getMessageTypes()) {
        message.getEnumTypes().forEach(type -> found.put(type.getFullName(), values(type)));
      }
    }

    assertThat(found).containsExactlyEntriesOf(wanted);
  }

  @Test
  void everyCallHasThePathKindTypesAndRoutesOfEtcd() throws IOException {
    List<String> wanted =
        lines("calls.txt").stream()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .toList();

    List<String> found = new ArrayList<>();
    for (FileDescriptor file : FILES) {
      for (ServiceDescriptor service : file.getServices()) {
        for (MethodDescriptor method : service.getMethods()) {
          found.add(line(method));
        }
      }
    }

    assertThat(found).containsExactlyInAnyOrderElementsOf(wanted);
  }

  /** Numbers that invite a mistake when definitions are written anew. */
  @Test
  void theOddNumbersAreWhereEtcdHasThem() {
    Descriptor compare = KvProto.getDescriptor().findMessageTypeByName("Compare");
    Descriptor watch = WatchProto.getDescriptor().findMessageTypeByName("WatchResponse");
    Descriptor grant = AuthProto.getDescriptor().findMessageTypeByName("AuthUserGrantRoleRequest");

    assertThat(compare.findFieldByName("range_end").getNumber()).isEqualTo(64);
    assertThat(watch.findFieldByName("events").getNumber()).isEqualTo(11);
    assertThat(grant.getFields().getFirst().getName()).isEqualTo("user");
    assertThat(KvProto.getDescriptor().findEnumTypeByName("AlarmType")).isNull();
    assertThat(MaintenanceProto.getDescriptor().findEnumTypeByName("AlarmType")).isNotNull();
  }

  private String line(FieldDescriptor field) {
    String type =
        switch (field.getJavaType()) {
          case MESSAGE -> shortName(field, field.getMessageType().getFullName());
          case ENUM -> field.getEnumType().getName();
          default -> field.getType().name().toLowerCase(Locale.ROOT);
        };
    String oneof = field.getRealContainingOneof() == null ? "" : " in " + nameOfOneof(field);
    return (field.isRepeated() ? "repeated " : "")
        + type
        + " "
        + field.getName()
        + "="
        + field.getNumber()
        + oneof;
  }

  private static String nameOfOneof(FieldDescriptor field) {
    return Objects.requireNonNull(field.getRealContainingOneof()).getName();
  }

  private static String shortName(FieldDescriptor field, String type) {
    String prefix = field.getFile().getPackage() + ".";
    return type.startsWith(prefix) ? type.substring(prefix.length()) : type;
  }

  private static List<String> values(EnumDescriptor type) {
    return type.getValues().stream()
        .map(value -> value.getName() + "=" + value.getNumber())
        .toList();
  }

  private static String line(MethodDescriptor method) throws InvalidProtocolBufferException {
    String kind;
    if (method.isClientStreaming()) {
      kind = "bidirectional";
    } else if (method.isServerStreaming()) {
      kind = "server-stream";
    } else {
      kind = "unary";
    }
    StringBuilder line =
        new StringBuilder("/")
            .append(method.getService().getFullName())
            .append('/')
            .append(method.getName())
            .append(' ')
            .append(kind)
            .append(' ')
            .append(method.getInputType().getFullName())
            .append(' ')
            .append(method.getOutputType().getFullName());
    HttpRule rule = rule(method);
    if (!rule.getPost().isEmpty()) {
      assertThat(rule.getBody()).isEqualTo("*");
      line.append(' ').append(rule.getPost());
    }
    for (HttpRule more : rule.getAdditionalBindingsList()) {
      assertThat(more.getBody()).isEqualTo("*");
      line.append(' ').append(more.getPost());
    }
    return line.toString();
  }

  /** Options are parsed again, so that the extension is known whatever was initialized before. */
  private static HttpRule rule(MethodDescriptor method) throws InvalidProtocolBufferException {
    ExtensionRegistry registry = ExtensionRegistry.newInstance();
    AnnotationsProto.registerAllExtensions(registry);
    return MethodOptions.parseFrom(method.getOptions().toByteString(), registry)
        .getExtension(AnnotationsProto.http);
  }

  /** The lines below each headline of a transcript, without their indentation. */
  private static SortedMap<String, List<String>> blocks(String resource, String headline)
      throws IOException {
    SortedMap<String, List<String>> blocks = new TreeMap<>();
    List<String> current = new ArrayList<>();
    for (String line : lines(resource)) {
      if (line.startsWith(headline)) {
        current = new ArrayList<>();
        blocks.put(line.substring(headline.length()), current);
      } else if (line.startsWith("  ")) {
        current.add(line.strip());
      }
    }
    return blocks;
  }

  private static List<String> lines(String resource) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(WireContractTest.class.getResourceAsStream(resource))) {
      return new String(in.readAllBytes(), UTF_8).lines().toList();
    }
  }
}
