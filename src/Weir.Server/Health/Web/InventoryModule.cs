using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Health;
using Weir.Health.Metrics;
using Weir.Health.Pools;
using Weir.Server.Http;
using Weir.Server.Security;

namespace Weir.Server.Health.Web;

/// <summary>The drives, what redundancy is left, and reports of scans that have ended. Format: docs/health-api.md.</summary>
internal sealed class InventoryModule : IApiModule
{
    private const int MostListed = 1000;

    /// <summary>Issues that a report counts by type and severity; of a scan with more it says how many were counted.</summary>
    private const int MostCounted = 100_000;

    private const string DriveSchema =
        """{"type":"object","required":["path","pool_name","state"],"properties":{"path":{"type":"string"},"pool_name":{"type":"string"},"state":{"enum":["Online","Unformatted","Offline","Damaged","Foreign","Duplicate","Failed"]},"detail":{"type":["string","null"]},"drive_id":{"type":["string","null"]},"pool":{"type":["integer","null"]},"set":{"type":["integer","null"]},"position":{"type":["integer","null"]},"read_only":{"type":"boolean"},"healing":{"type":"boolean"},"total_bytes":{"type":"integer"},"free_bytes":{"type":"integer"},"read_errors":{"type":"integer"},"first_read_error":{"type":["string","null"]}}}""";

    private readonly HealthCalls _calls;

    public InventoryModule(HealthCalls calls)
    {
        _calls = calls;
        Routes =
        [
            new("GET", "/admin/drives", AccessRole.Viewer, "The configured drives as they are now.", HealthCalls.Look(DrivesAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "listDrives", Responses = [HealthSchemas.Ok("The drives.", HealthSchemas.List("drives", DriveSchema)), HealthSchemas.Stopped],
            },
            new("GET", "/admin/redundancy", AccessRole.Viewer, "How many versions can lose how many more shards, by bucket and set.", HealthCalls.Look(RedundancyAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "getRedundancy",
                Responses = [HealthSchemas.Ok("The newest count of each set and bucket.", """{"type":"object","properties":{"objects":{"type":["integer","null"]},"counted_at":{"type":["string","null"]},"rows":{"type":"array","items":{"type":"object","properties":{"pool":{"type":"integer"},"set":{"type":"integer"},"bucket":{"type":"string"},"margin":{"type":"integer"},"versions":{"type":"integer"}}}}}}"""), HealthSchemas.Stopped],
            },
            new("GET", "/admin/reports", AccessRole.Viewer, "Scans that have ended, newest first.", HealthCalls.Look(ReportsAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "listReports",
                Parameters = [new("offset", "query", ApiParameter.Integer, "Leave out so many."), new("limit", "query", ApiParameter.Integer, $"At most so many (100; {MostListed} at most).")],
                Responses = [HealthSchemas.Ok("The reports.", HealthSchemas.List("reports", HealthSchemas.ScanDetail)), HealthSchemas.Malformed, HealthSchemas.Stopped],
            },
            new("GET", "/admin/reports/{scan_id}", AccessRole.Viewer, "What a scan that has ended came to, with its issues counted by type and severity.", HealthCalls.Look(ReportAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "getReport", Parameters = [new("scan_id", "path", ApiParameter.Text, "The scan's id.")],
                Responses = [HealthSchemas.Ok("The report.", HealthSchemas.ScanDetail), ApiResponse.Error(404, "There is no such scan."), ApiResponse.Error(409, "The scan has not ended."), HealthSchemas.Stopped],
            },
        ];
    }

    public IReadOnlyList<ApiRoute> Routes { get; }

    private Task DrivesAsync(HttpContext context)
    {
        IReadOnlyList<DriveStatus> drives = _calls.Parts.Drives();
        return _calls.AnswerAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("drives"u8);
            foreach (DriveStatus drive in drives) WriteDrive(json, drive);
            json.WriteEndArray();
            json.WriteNumber("total"u8, drives.Count);
            json.WriteEndObject();
        });
    }

    private Task RedundancyAsync(HttpContext context)
    {
        IInventory inventory = _calls.Parts.Inventory;
        return _calls.AnswerAsync(context, json =>
        {
            json.WriteStartObject();
            WriteNumber(json, "objects"u8, inventory.Objects);
            ScanJson.WriteTime(json, "counted_at"u8, inventory.CountedAt);
            json.WriteStartArray("rows"u8);
            foreach (RedundancyRow row in inventory.Redundancy)
            {
                json.WriteStartObject();
                json.WriteNumber("pool"u8, row.Pool);
                json.WriteNumber("set"u8, row.Set);
                json.WriteString("bucket"u8, row.Bucket);
                json.WriteNumber("margin"u8, row.Margin);
                json.WriteNumber("versions"u8, row.Versions);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private Task ReportsAsync(HttpContext context)
    {
        HealthParameters.ThrowIfUnknown(context, "offset", "limit");
        int offset = HealthParameters.Integer(context, "offset", 0, 0, int.MaxValue), limit = HealthParameters.Integer(context, "limit", 100, 1, MostListed);
        ScanStatus[] ended = [.. _calls.Parts.Scans.List().Where(HasEnded)];
        return _calls.AnswerAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("reports"u8);
            foreach (ScanStatus scan in ended.Skip(offset).Take(limit)) ScanJson.WriteDetail(json, scan);
            json.WriteEndArray();
            json.WriteNumber("total"u8, ended.Length);
            json.WriteEndObject();
        });
    }

    private Task ReportAsync(HttpContext context)
    {
        string id = HealthCalls.IdOf(context, "scan_id");
        HealthParts parts = _calls.Parts;
        ScanStatus scan = parts.Scans.Find(id) ?? throw HealthCalls.Missing("scan", id, "/admin/reports lists those that have ended.");
        if (!HasEnded(scan)) throw new HealthException(HealthProblem.Conflict, "scan_not_ended", $"The scan '{id}' has not ended; /admin/scan/{id}/status says how it goes.");
        var byType = new SortedDictionary<IssueType, long>();
        var bySeverity = new SortedDictionary<Severity, long>();
        int counted = 0;
        while (counted < MostCounted && parts.Scans.Issues(id, counted, MostListed) is { Count: > 0 } page)
        {
            foreach (HealthIssue issue in page)
            {
                byType[issue.Type] = byType.GetValueOrDefault(issue.Type) + 1;
                bySeverity[issue.Severity] = bySeverity.GetValueOrDefault(issue.Severity) + 1;
            }

            counted += page.Count;
        }

        return _calls.AnswerAsync(context, json =>
        {
            json.WriteStartObject();
            ScanJson.WriteDetailMembers(json, scan);
            json.WriteNumber("issues_counted"u8, counted);
            json.WriteStartObject("issues_by_type"u8);
            foreach ((IssueType type, long count) in byType) json.WriteNumber(type.ToString(), count);
            json.WriteEndObject();
            json.WriteStartObject("issues_by_severity"u8);
            foreach ((Severity severity, long count) in bySeverity) json.WriteNumber(severity.ToString(), count);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static bool HasEnded(ScanStatus scan) => scan.State is ScanState.Completed or ScanState.Cancelled or ScanState.Failed;

    private static void WriteDrive(Utf8JsonWriter json, DriveStatus drive)
    {
        json.WriteStartObject();
        json.WriteString("path"u8, drive.Path);
        json.WriteString("pool_name"u8, drive.PoolName);
        json.WriteString("state"u8, drive.IsFailed ? "Failed" : drive.State.ToString());
        json.WriteString("detail"u8, drive.Detail);
        json.WriteString("drive_id"u8, drive.DriveId?.ToString());
        WriteNumber(json, "pool"u8, drive.Pool < 0 ? null : drive.Pool);
        WriteNumber(json, "set"u8, drive.Set < 0 ? null : drive.Set);
        WriteNumber(json, "position"u8, drive.Position < 0 ? null : drive.Position);
        json.WriteBoolean("read_only"u8, drive.IsReadOnly);
        json.WriteBoolean("healing"u8, drive.IsHealing);
        json.WriteNumber("total_bytes"u8, drive.TotalBytes);
        json.WriteNumber("free_bytes"u8, drive.FreeBytes);
        json.WriteNumber("read_errors"u8, drive.ReadErrors);
        json.WriteString("first_read_error"u8, drive.FirstReadError);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } known) json.WriteNumber(name, known);
        else json.WriteNull(name);
    }
}
