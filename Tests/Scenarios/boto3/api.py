# SPDX-License-Identifier: Apache-2.0
"""Drives every operation that `aplomb serve` has with boto3, and holds each answer to AWS's own model.

Usage: api.py ENDPOINT NODE-ID NODE-ID; keys come from the environment. Prints one JSON object.
"""

import datetime
import json
import sys
import time

import boto3
import botocore.config
import botocore.exceptions

endpoint, *nodes = sys.argv[1:]
calls = {}


def fail(text):
    raise AssertionError(text)


def check(value, shape, where):
    """Every member is in the model, of its type, its words and its length."""
    kind = shape.type_name
    if kind == "structure":
        isinstance(value, dict) or fail(f"{where}: {value!r} is no structure")
        for name, member in value.items():
            name in shape.members or fail(f"{where}.{name} is not in the model")
            check(member, shape.members[name], f"{where}.{name}")
        for name in shape.required_members:
            name in value or fail(f"{where}.{name} is missing")
    elif kind == "list":
        isinstance(value, list) or fail(f"{where}: {value!r} is no list")
        for index, element in enumerate(value):
            check(element, shape.member, f"{where}[{index}]")
    elif kind == "map":
        isinstance(value, dict) or fail(f"{where}: {value!r} is no map")
        for name, element in value.items():
            check(name, shape.key, f"{where} key")
            check(element, shape.value, f"{where}[{name}]")
    elif kind == "string":
        isinstance(value, str) or fail(f"{where}: {value!r} is no string")
        words = shape.metadata.get("enum")
        words is None or value in words or fail(f"{where}: {value!r} is none of {words}")
        len(value) <= shape.metadata.get("max", len(value)) or fail(f"{where}: {value!r} is too long")
    elif kind in ("integer", "long"):
        type(value) is int or fail(f"{where}: {value!r} is no integer")
    elif kind == "boolean":
        type(value) is bool or fail(f"{where}: {value!r} is no boolean")
    elif kind == "timestamp":
        type(value) in (int, float) or fail(f"{where}: {value!r} is no timestamp")
    else:
        fail(f"{where}: {kind} is not checked")


def after_call(http_response, parsed, model, **_):
    if http_response.status_code >= 300:
        if http_response.status_code >= 500:
            fail(f"{model.name}: {http_response.content!r}")
        return
    calls[model.name] = calls.get(model.name, 0) + 1
    body = json.loads(http_response.content)
    if model.output_shape is None:
        body == {} or fail(f"{model.name} answers {body}")
    else:
        check(body, model.output_shape, model.name)
    http_response.headers.get("x-amzn-RequestId") or fail(f"{model.name} has no request id")


def client(service):
    made = boto3.client(
        service, endpoint_url=endpoint, region_name="eu-central-1",
        config=botocore.config.Config(
            parameter_validation=True, retries={"mode": "standard", "total_max_attempts": 8}, connect_timeout=5, read_timeout=60))
    made.meta.events.register("after-call", after_call)
    return made


ssm, groups = client("ssm"), client("resource-groups")


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        error.response["Error"]["Code"] == code or fail(f"{error} instead of {code}")
        error.response["Error"]["Message"] or code in (
            "AssociatedInstances",) or fail(f"{code} has no message")
        return
    fail(f"{call.__name__} was not refused with {code}")


def equal(one, other):
    one == other or fail(f"{one!r} is not {other!r}")


def pages(operation, member, client=ssm, size=None, **arguments):
    paginator = client.get_paginator(operation)
    paging = {"PageSize": size} if size else {}
    found = []
    for page in paginator.paginate(PaginationConfig=paging, **arguments):
        found += page[member]
    return found


def script(*lines):
    return json.dumps({
        "schemaVersion": "2.2", "description": "a test",
        "parameters": {"message": {"type": "String", "default": "hello"}},
        "mainSteps": [{"action": "aws:runShellScript", "name": "work", "inputs": {"runCommand": list(lines)}}]})


# Nodes and tags.
for node in nodes:
    ssm.add_tags_to_resource(
        ResourceType="ManagedInstance", ResourceId=node,
        Tags=[{"Key": "Role", "Value": "web"}, {"Key": "Spare", "Value": ""}])
    ssm.remove_tags_from_resource(ResourceType="ManagedInstance", ResourceId=node, TagKeys=["Spare"])
    equal(ssm.list_tags_for_resource(ResourceType="ManagedInstance", ResourceId=node)["TagList"],
          [{"Key": "Role", "Value": "web"}])
refused("InvalidResourceId", ssm.add_tags_to_resource, ResourceType="ManagedInstance", ResourceId="mi-0", Tags=[])
found = ssm.describe_instance_information()["InstanceInformationList"]
equal(sorted(n["InstanceId"] for n in found), sorted(nodes))
equal({n["PingStatus"] for n in found}, {"Online"})
isinstance(found[0]["RegistrationDate"], datetime.datetime) or fail("a registration date is a time")
for filters, count in [
        ([{"Key": "InstanceIds", "Values": nodes[:1]}], 1), ([{"Key": "tag:Role", "Values": ["web"]}], 2),
        ([{"Key": "tag:Role", "Values": ["db"]}], 0), ([{"Key": "tag-key", "Values": ["Role"]}], 2),
        ([{"Key": "PingStatus", "Values": ["Online"]}, {"Key": "ResourceType", "Values": ["ManagedInstance"]}], 2),
        ([{"Key": "PlatformTypes", "Values": ["Windows"]}], 0)]:
    equal(len(pages("describe_instance_information", "InstanceInformationList", size=5, Filters=filters)), count)
equal(len(ssm.describe_instance_information(InstanceInformationFilterList=[
    {"key": "PlatformTypes", "valueSet": ["Linux"]}])["InstanceInformationList"]), 2)
equal(ssm.get_connection_status(Target=nodes[0])["Status"], "connected")
equal(ssm.get_connection_status(Target="mi-00000000000000000")["Status"], "notconnected")
refused("InvalidFilterKey", ssm.describe_instance_information, Filters=[{"Key": "Colour", "Values": ["red"]}])

# Documents.
made = ssm.create_document(
    Name="say", Content=script("echo {{ message }}"), DocumentType="Command", DocumentFormat="JSON",
    Tags=[{"Key": "Owner", "Value": "test"}])["DocumentDescription"]
equal((made["Name"], made["DocumentVersion"], made["Status"]), ("say", "1", "Active"))
ssm.create_document(Name="slow", Content=script("sleep 60"), DocumentType="Command")
ssm.create_document(Name="broken", Content=script("echo no >&2", "exit 3"), DocumentType="Command")
refused("DocumentAlreadyExists", ssm.create_document, Name="say", Content=script("true"))
refused("InvalidDocumentContent", ssm.create_document, Name="odd", Content="{")
refused("ValidationException", ssm.create_document, Name="odd", Content=script("true"), DisplayName="Odd")
updated = ssm.update_document(Name="say", Content=script("echo say {{ message }}"), DocumentVersion="$LATEST")
equal(updated["DocumentDescription"]["DocumentVersion"], "2")
refused("DuplicateDocumentContent", ssm.update_document, Name="say", Content=script("echo say {{ message }}"),
        DocumentVersion="$LATEST")
described = ssm.describe_document(Name="say")["Document"]
equal((described["DefaultVersion"], described["PlatformTypes"]), ("1", ["Linux"]))
equal(described["Parameters"], [{"Name": "message", "Type": "String", "DefaultValue": "hello"}])
equal(ssm.update_document_default_version(Name="say", DocumentVersion="2")["Description"]["DefaultVersion"], "2")
equal(ssm.describe_document(Name="say", DocumentVersion="1")["Document"]["DocumentVersion"], "1")
equal(json.loads(ssm.get_document(Name="say")["Content"]), json.loads(script("echo say {{ message }}")))
refused("InvalidDocument", ssm.get_document, Name="absent")
refused("InvalidDocumentVersion", ssm.describe_document, Name="say", DocumentVersion="9")
versions = pages("list_document_versions", "DocumentVersions", size=1, Name="say")
equal([(v["DocumentVersion"], v["IsDefaultVersion"]) for v in versions], [("2", True), ("1", False)])
ours = pages("list_documents", "DocumentIdentifiers", size=2, Filters=[{"Key": "Owner", "Values": ["Self"]}])
equal(sorted(d["Name"] for d in ours), ["broken", "say", "slow"])
equal([d["Name"] for d in ssm.list_documents(DocumentFilterList=[
    {"key": "Name", "value": "say"}])["DocumentIdentifiers"]], ["say"])
"AWS-RunShellScript" in {d["Name"] for d in pages("list_documents", "DocumentIdentifiers", Filters=[
    {"Key": "Owner", "Values": ["Amazon"]}])} or fail("AWS-RunShellScript is missing")
equal(ssm.list_tags_for_resource(ResourceType="Document", ResourceId="say")["TagList"],
      [{"Key": "Owner", "Value": "test"}])

# Commands: they run on real nodes.
command = ssm.send_command(
    DocumentName="AWS-RunShellScript", Targets=[{"Key": "tag:Role", "Values": ["web"]}],
    Parameters={"commands": ["echo on $(hostname)", "echo aside >&2"]}, Comment="hello", TimeoutSeconds=60,
    MaxConcurrency="1", MaxErrors="50%")["Command"]
equal(command["Comment"], "hello")
for node in nodes:
    ssm.get_waiter("command_executed").wait(
        CommandId=command["CommandId"], InstanceId=node, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    result = ssm.get_command_invocation(CommandId=command["CommandId"], InstanceId=node)
    equal((result["Status"], result["ResponseCode"]), ("Success", 0))
    result["StandardOutputContent"].startswith("on ") or fail(result["StandardOutputContent"])
    equal(result["StandardErrorContent"].strip(), "aside")
done = ssm.list_commands(CommandId=command["CommandId"])["Commands"][0]
equal((done["Status"], done["TargetCount"], done["CompletedCount"], done["ErrorCount"]), ("Success", 2, 2, 0))
invocations = pages("list_command_invocations", "CommandInvocations", size=1, CommandId=command["CommandId"],
                    Details=True)
equal(sorted(i["InstanceId"] for i in invocations), sorted(nodes))
equal({i["CommandPlugins"][0]["Status"] for i in invocations}, {"Success"})
say = ssm.send_command(DocumentName="say", InstanceIds=nodes[:1], Parameters={"message": ["boto"]})["Command"]
ssm.get_waiter("command_executed").wait(CommandId=say["CommandId"], InstanceId=nodes[0],
                                        WaiterConfig={"Delay": 1, "MaxAttempts": 60})
equal(ssm.get_command_invocation(CommandId=say["CommandId"], InstanceId=nodes[0], PluginName="work")
      ["StandardOutputContent"].strip(), "say boto")
bad = ssm.send_command(DocumentName="broken", InstanceIds=nodes[:1])["Command"]
try:
    ssm.get_waiter("command_executed").wait(CommandId=bad["CommandId"], InstanceId=nodes[0],
                                            WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    fail("a command that failed was waited for as one that succeeded")
except botocore.exceptions.WaiterError as error:
    equal(error.last_response["ResponseCode"], 3)
slow = ssm.send_command(DocumentName="slow", InstanceIds=nodes[:1])["Command"]
ssm.cancel_command(CommandId=slow["CommandId"])
try:
    ssm.get_waiter("command_executed").wait(CommandId=slow["CommandId"], InstanceId=nodes[0],
                                            WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    fail("a command that was cancelled succeeded")
except botocore.exceptions.WaiterError as error:
    error.last_response["Status"] in ("Cancelling", "Cancelled") or fail(error)
for _ in range(600):
    last = ssm.get_command_invocation(CommandId=slow["CommandId"], InstanceId=nodes[0])
    if last["Status"] == "Cancelled":
        break
    time.sleep(0.1)
equal(last["Status"], "Cancelled")
equal(len(pages("list_commands", "Commands", size=1)), 4)
equal(len(pages("list_commands", "Commands", size=1, InstanceId=nodes[1])), 1)
equal([c["CommandId"] for c in pages("list_commands", "Commands", size=1, Filters=[
    {"key": "DocumentName", "value": "say"}])], [say["CommandId"]])
equal(pages("list_commands", "Commands", Filters=[{"key": "InvokedBefore", "value": "2020-01-01T00:00:00Z"}]), [])
equal(len(pages("list_command_invocations", "CommandInvocations", size=1, Filters=[
    {"key": "Status", "value": "Failed"}])), 1)
refused("InvalidDocument", ssm.send_command, DocumentName="absent", InstanceIds=nodes[:1])
refused("InvalidInstanceId", ssm.send_command, DocumentName="say", InstanceIds=["mi-00000000000000000"])
refused("InvalidParameters", ssm.send_command, DocumentName="say", InstanceIds=nodes[:1], Parameters={"x": ["y"]})
refused("ValidationException", ssm.send_command, DocumentName="say", InstanceIds=nodes[:1],
        OutputS3BucketName="bucket")
refused("InvocationDoesNotExist", ssm.get_command_invocation, CommandId=say["CommandId"], InstanceId=nodes[1])
refused("InvalidCommandId", ssm.cancel_command, CommandId="0" * 36)

# Associations.
association = ssm.create_association(
    Name="say", AssociationName="greet", Targets=[{"Key": "tag:Role", "Values": ["web"]}],
    Parameters={"message": ["association"]}, ScheduleExpression="rate(30 minutes)", MaxConcurrency="50%",
    MaxErrors="0", ComplianceSeverity="HIGH")["AssociationDescription"]
identity = association["AssociationId"]
ssm.create_association(Name="say", InstanceId=nodes[0], Parameters={"message": ["old way"]})
old = ssm.describe_association(Name="say", InstanceId=nodes[0])["AssociationDescription"]
equal(old["Targets"], [{"Key": "InstanceIds", "Values": nodes[:1]}])
equal(ssm.update_association(
    AssociationId=identity, Name="say", AssociationName="greet", Parameters={"message": ["again"]},
    Targets=[{"Key": "tag:Role", "Values": ["web"]}])["AssociationDescription"]["AssociationVersion"], "2")
ssm.start_associations_once(AssociationIds=[identity])
for _ in range(600):
    executions = pages("describe_association_executions", "AssociationExecutions", AssociationId=identity)
    if executions and executions[0]["Status"] == "Success":
        break
    time.sleep(0.1)
equal(executions[0]["Status"], "Success")
targets = pages("describe_association_execution_targets", "AssociationExecutionTargets", size=1,
                AssociationId=identity, ExecutionId=executions[0]["ExecutionId"])
equal(sorted((t["ResourceId"], t["Status"]) for t in targets), sorted((n, "Success") for n in nodes))
listed = pages("list_associations", "Associations", size=1)
equal(len(listed), 2)
equal([a["Overview"]["Status"] for a in pages("list_associations", "Associations", AssociationFilterList=[
    {"key": "AssociationName", "value": "greet"}])], ["Success"])
statuses = pages("describe_instance_associations_status", "InstanceAssociationStatusInfos", size=1,
                 InstanceId=nodes[0])
equal([(s["AssociationName"], s["Status"]) for s in statuses], [("greet", "Success")])
refused("AssociationDoesNotExist", ssm.describe_association, AssociationId="0" * 8 + "-0000-0000-0000-" + "0" * 12)
refused("AssociatedInstances", ssm.delete_document, Name="say")
ssm.delete_association(Name="say", InstanceId=nodes[0])
ssm.delete_association(AssociationId=identity)
equal(ssm.list_associations()["Associations"], [])

# Inventory.
now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
for index, node in enumerate(nodes):
    ssm.put_inventory(InstanceId=node, Items=[{
        "TypeName": "Custom:Rack", "SchemaVersion": "1.0", "CaptureTime": now,
        "Content": [{"Row": "A", "Place": str(index)}]}])
entities = pages("get_inventory", "Entities", size=1, Filters=[
    {"Key": "Custom:Rack.Row", "Values": ["A"], "Type": "Equal"}], ResultAttributes=[{"TypeName": "Custom:Rack"}])
equal(sorted(e["Id"] for e in entities), sorted(nodes))
equal(entities[0]["Data"]["Custom:Rack"]["CaptureTime"], now)
counted = ssm.get_inventory(Aggregators=[{"Expression": "Custom:Rack.Row"}])["Entities"]
len(counted) > 0 or fail("nothing was counted")
entries = ssm.list_inventory_entries(InstanceId=nodes[0], TypeName="Custom:Rack", MaxResults=50)
equal(entries["Entries"], [{"Row": "A", "Place": "0"}])
schemas = {s["TypeName"] for s in pages("get_inventory_schema", "Schemas", size=50)}
{"AWS:Application", "Custom:Rack"} <= schemas or fail(schemas)
deleted = ssm.delete_inventory(TypeName="Custom:Rack", SchemaDeleteOption="DeleteSchema", DryRun=True)
equal(deleted["DeletionSummary"]["TotalCount"], 2)
ssm.delete_inventory(TypeName="Custom:Rack", SchemaDeleteOption="DeleteSchema")
deletions = ssm.describe_inventory_deletions()["InventoryDeletions"]
equal([d["TypeName"] for d in deletions], ["Custom:Rack"])
refused("InvalidTypeNameException", ssm.delete_inventory, TypeName="AWS:Application")
gathered = ssm.send_command(DocumentName="AWS-GatherSoftwareInventory", InstanceIds=nodes[:1])["Command"]
ssm.get_waiter("command_executed").wait(CommandId=gathered["CommandId"], InstanceId=nodes[0],
                                        WaiterConfig={"Delay": 1, "MaxAttempts": 120})
packages = pages("get_inventory", "Entities", Filters=[
    {"Key": "AWS:Application.Name", "Values": ["dpkg"], "Type": "Equal"}],
    ResultAttributes=[{"TypeName": "AWS:Application"}])
equal([e["Id"] for e in packages], nodes[:1])

# Compliance.
for index, node in enumerate(nodes):
    ssm.put_compliance_items(
        ResourceId=node, ResourceType="ManagedInstance", ComplianceType="Custom:Test",
        ExecutionSummary={"ExecutionTime": datetime.datetime(2026, 11, 24, 2, 11, 0)},
        Items=[{"Id": "one", "Title": "one thing", "Severity": "CRITICAL",
                "Status": "NON_COMPLIANT" if index else "COMPLIANT", "Details": {"k": "v"}}])
items = pages("list_compliance_items", "ComplianceItems", size=1, ResourceIds=nodes[:1],
              ResourceTypes=["ManagedInstance"])
[mine] = [i for i in items if i["ComplianceType"] == "Custom:Test"]
equal((mine["Status"], mine["Details"]), ("COMPLIANT", {"k": "v"}))
equal(mine["ExecutionSummary"]["ExecutionTime"].astimezone(datetime.timezone.utc),
      datetime.datetime(2026, 11, 24, 2, 11, 0, 0, datetime.timezone.utc))
summaries = pages("list_compliance_summaries", "ComplianceSummaryItems", size=1, Filters=[
    {"Key": "ComplianceType", "Values": ["Custom:Test"], "Type": "EQUAL"}])
equal((summaries[0]["CompliantSummary"]["CompliantCount"],
       summaries[0]["NonCompliantSummary"]["NonCompliantCount"]), (1, 1))
resources = pages("list_resource_compliance_summaries", "ResourceComplianceSummaryItems", size=1, Filters=[
    {"Key": "ComplianceType", "Values": ["Custom:Test"], "Type": "EQUAL"}])
equal(sorted(r["Status"] for r in resources), ["COMPLIANT", "NON_COMPLIANT"])

# Resource groups.
query = {"Type": "TAG_FILTERS_1_0", "Query": json.dumps({
    "ResourceTypeFilters": ["AWS::AllSupported"], "TagFilters": [{"Key": "Role", "Values": ["web"]}]})}
group = groups.create_group(Name="web", Description="the web", ResourceQuery=query, Tags={"Team": "a"})["Group"]
groups.create_group(Name="other", ResourceQuery=query)
equal(groups.get_group(Group="web")["Group"]["GroupArn"], group["GroupArn"])
equal(groups.get_group(GroupName="web")["Group"]["Description"], "the web")
equal(groups.update_group(Group=group["GroupArn"], Description="all web")["Group"]["Description"], "all web")
equal(json.loads(groups.get_group_query(Group="web")["GroupQuery"]["ResourceQuery"]["Query"])["TagFilters"],
      [{"Key": "Role", "Values": ["web"]}])
equal(sorted(g["GroupName"] for g in pages("list_groups", "GroupIdentifiers", groups, 1)), ["other", "web"])
members = pages("list_group_resources", "ResourceIdentifiers", groups, 1, Group="web")
equal(sorted(m["ResourceArn"].rsplit("/")[-1] for m in members), sorted(nodes))
equal(groups.get_tags(Arn=group["GroupArn"])["Tags"], {"Team": "a"})
groups.tag(Arn=group["GroupArn"], Tags={"More": "b"})
groups.untag(Arn=group["GroupArn"], Keys=["Team"])
equal(groups.get_tags(Arn=group["GroupArn"])["Tags"], {"More": "b"})
groups.update_group_query(Group="web", ResourceQuery={"Type": "TAG_FILTERS_1_0", "Query": json.dumps({
    "ResourceTypeFilters": ["AWS::SSM::ManagedInstance"], "TagFilters": [{"Key": "Role", "Values": ["db"]}]})})
equal(groups.list_group_resources(Group="web")["ResourceIdentifiers"], [])
refused("BadRequestException", groups.create_group, Name="web", ResourceQuery=query)
refused("BadRequestException", groups.create_group, Name="x", ResourceQuery={"Type": "TAG_FILTERS_1_0", "Query": "{"})
equal(ssm.send_command(DocumentName="say", Targets=[{"Key": "resource-groups:Name", "Values": ["other"]}])
      ["Command"]["TargetCount"], 2)
groups.delete_group(Group="web")
groups.delete_group(GroupName="other")
refused("NotFoundException", groups.get_group, Group="web")

# What is not there is not there.
refused("UnknownOperationException", ssm.get_parameter, Name="x")
refused("UnknownOperationException", ssm.describe_patch_baselines)
refused("NotFoundException", groups.get_account_settings)

# The end.
for name in ["slow", "broken", "say"]:
    ssm.delete_document(Name=name)
refused("InvalidDocument", ssm.describe_document, Name="say")
ssm.deregister_managed_instance(InstanceId=nodes[1])
equal([n["InstanceId"] for n in ssm.describe_instance_information()["InstanceInformationList"]], nodes[:1])
refused("InvalidInstanceId", ssm.deregister_managed_instance, InstanceId=nodes[1])

print(json.dumps({"calls": calls, "total": sum(calls.values())}))
