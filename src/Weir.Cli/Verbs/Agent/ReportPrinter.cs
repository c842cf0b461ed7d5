using System.Globalization;
using System.Text.Json;
using Weir.Cli.Terminals;
using Weir.Coordinator.Movers;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Cli.Verbs.Agent;

/// <summary>Prints actions that have ended, an object a line.</summary>
internal static class ReportPrinter
{
    public static void Write(OutputBuffer output, ActionReport report, DateTimeOffset now)
    {
        HsmRequest request = report.Request;
        using (var json = new Utf8JsonWriter(output, OutputJson.Compact))
        {
            json.WriteStartObject();
            json.WriteString("time", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("action", HsmNames.Text(request.Action));
            json.WriteString("fid", request.Fid.ToString());
            json.WriteNumber("cookie", request.Cookie);
            json.WriteNumber("archive_id", request.ArchiveId);
            json.WriteNumber("errno", report.Errno);
            if (report.Errno != 0) json.WriteString("error", MoverErrno.Name(report.Errno));
            if (report.Message is not null) json.WriteString("message", report.Message);
            json.WriteNumber("bytes", report.Bytes);
            json.WriteNumber("attempts", report.Attempts);
            json.WriteNumber("seconds", Math.Round(report.Elapsed.TotalSeconds, 6));
            json.WriteEndObject();
        }

        output.EndLine();
        output.Flush();
    }
}
