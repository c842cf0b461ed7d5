using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Health.Pacing;
using Weir.Health.Policies;
using Weir.Server.Http;
using Weir.Server.Security;

namespace Weir.Server.Health.Web;

/// <summary>The policies: looked at, changed, tried, and what they were. Format: docs/health-api.md.</summary>
internal sealed class PolicyModule : IApiModule
{
    private const int DefaultLimit = 100;
    private const int MostListed = 1000;

    private const string ChangeSchema =
        """{"type":"object","required":["version","dry_run","changes","policy"],"properties":{"version":{"type":"integer"},"dry_run":{"type":"boolean"},"changes":{"type":"object","description":"The members that differ, each with its value before and after."},"policy":{"type":"object"}}}""";

    private const string HistorySchema =
        """{"type":"object","required":["versions"],"properties":{"versions":{"type":"array","items":{"type":"object","properties":{"version":{"type":"integer"},"changed_at":{"type":["string","null"]},"changed_by":{"type":["string","null"]},"policy":{"type":"object"}}}}}}""";

    private readonly HealthCalls _calls;

    public PolicyModule(HealthCalls calls)
    {
        _calls = calls;
        Routes = [.. Enum.GetValues<PolicyKind>().SelectMany(RoutesOf)];
    }

    public IReadOnlyList<ApiRoute> Routes { get; }

    private IEnumerable<ApiRoute> RoutesOf(PolicyKind kind)
    {
        string name = kind.ToString();
        string word = name.ToLowerInvariant();
        string path = $"/admin/policy/{word}";
        yield return new("GET", path, AccessRole.Viewer, $"The {word} policy in force.", HealthCalls.Look(context => GetAsync(context, kind)))
        {
            Tag = HealthSchemas.Tag,
            OperationId = $"get{name}Policy",
            Responses = [HealthSchemas.Ok("The policy.", HealthSchemas.Anything), HealthSchemas.Stopped],
        };
        yield return new("PUT", path, AccessRole.Admin, $"Changes members of the {word} policy; those that are not given stay, null sets one to its default.", _calls.Change(context => PutAsync(context, kind)))
        {
            Tag = HealthSchemas.Tag,
            OperationId = $"put{name}Policy",
            Parameters =
            [
                new("dry_run", "query", """{"type":"boolean"}""", "Only say what would change."),
                .. kind == PolicyKind.Scan ? [new("preset", "query", """{"enum":["gentle","balanced","fast","unlimited"]}""", "Set the limits to those of a preset; what the body has goes before it.")] : Array.Empty<ApiParameter>(),
            ],
            RequestSchema = HealthSchemas.Anything,
            Responses = [HealthSchemas.Ok("It is in force, durably; or what would change.", ChangeSchema), HealthSchemas.Malformed, HealthSchemas.Wrong, HealthSchemas.TooMany, HealthSchemas.Stopped],
        };
        yield return new("GET", $"{path}/history", AccessRole.Viewer, $"The versions of the {word} policy, newest first.", HealthCalls.Look(context => HistoryAsync(context, kind)))
        {
            Tag = HealthSchemas.Tag,
            OperationId = $"get{name}PolicyHistory",
            Parameters = [new("limit", "query", ApiParameter.Integer, $"At most so many ({DefaultLimit}; {MostListed} at most).")],
            Responses = [HealthSchemas.Ok("The versions.", HistorySchema), HealthSchemas.Malformed, HealthSchemas.Stopped],
        };
    }

    private Task GetAsync(HttpContext context, PolicyKind kind)
    {
        IPolicies policies = _calls.System.Policies;
        return _calls.AnswerAsync(context, json => policies.Write(kind, json));
    }

    private async Task PutAsync(HttpContext context, PolicyKind kind)
    {
        HealthParameters.ThrowIfUnknown(context, "dry_run", kind == PolicyKind.Scan ? "preset" : "dry_run");
        bool isDryRun = HealthParameters.Flag(context, "dry_run");
        using JsonDocument body = await RequestBody.ReadAsync(context, mayBeEmpty: context.Request.Query.ContainsKey("preset")).ConfigureAwait(false);
        using JsonDocument? preset = HealthParameters.Text(context, "preset") is { } name ? PresetJson.Merge(PacingPresets.Apply(name, _calls.System.Policies.Scan), body.RootElement) : null;
        PolicyChange change = await _calls.System.Policies.PutAsync(kind, (preset ?? body).RootElement, ApiPipeline.CallerOf(context).Name, isDryRun, context.RequestAborted).ConfigureAwait(false);
        await _calls.AnswerAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("version"u8, change.Version.Number);
            json.WriteBoolean("dry_run"u8, isDryRun);
            json.WriteStartObject("changes"u8);
            foreach ((string name, string before, string after) in change.Members)
            {
                json.WriteStartObject(name);
                json.WritePropertyName("before"u8);
                json.WriteRawValue(before);
                json.WritePropertyName("after"u8);
                json.WriteRawValue(after);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WritePropertyName("policy"u8);
            json.WriteRawValue(change.Version.Json.Span);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private Task HistoryAsync(HttpContext context, PolicyKind kind)
    {
        HealthParameters.ThrowIfUnknown(context, "limit");
        IReadOnlyList<PolicyVersion> versions = _calls.System.Policies.History(kind, HealthParameters.Integer(context, "limit", DefaultLimit, 1, MostListed));
        return _calls.AnswerAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("versions"u8);
            foreach (PolicyVersion version in versions)
            {
                json.WriteStartObject();
                json.WriteNumber("version"u8, version.Number);
                ScanJson.WriteTime(json, "changed_at"u8, version.ChangedAt);
                json.WriteString("changed_by"u8, version.ChangedBy);
                json.WritePropertyName("policy"u8);
                json.WriteRawValue(version.Json.Span);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
