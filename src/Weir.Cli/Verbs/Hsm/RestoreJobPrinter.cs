using System.Globalization;
using System.Text.Json;
using Weir.Cli.Terminals;
using Weir.Hsm.RestoringAhead;

namespace Weir.Cli.Verbs.Hsm;

/// <summary>Jobs that restore ahead, a line each.</summary>
internal static class RestoreJobPrinter
{
    public static void WriteText(OutputBuffer output, IReadOnlyList<RestoreJob> jobs)
    {
        foreach (RestoreJob job in jobs)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{job.Id}  {job.Created:u}  {job.Directory}: {job.Files.Count:N0} files, {job.Restored:N0} restored, {job.InFlight.Count:N0} under way, {job.Failed:N0} failed, {job.Skipped:N0} without need, {job.Remaining:N0} to go{(job.IsCancelling ? "; being cancelled" : "")}"));
        }

        if (jobs.Count == 0) output.WriteLine("no jobs");
    }

    public static void WriteJson(OutputBuffer output, IReadOnlyList<RestoreJob> jobs)
    {
        foreach (RestoreJob job in jobs)
        {
            using (var json = new Utf8JsonWriter(output, OutputJson.Compact))
            {
                json.WriteStartObject();
                json.WriteString("id", job.Id);
                json.WriteString("directory", job.Directory);
                json.WriteString("trigger", job.Trigger);
                json.WriteString("created", job.Created);
                json.WriteNumber("files", job.Files.Count);
                json.WriteNumber("asked", job.Next);
                json.WriteNumber("in_flight", job.InFlight.Count);
                json.WriteNumber("restored", job.Restored);
                json.WriteNumber("failed", job.Failed);
                json.WriteNumber("skipped", job.Skipped);
                json.WriteNumber("remaining", job.Remaining);
                json.WriteBoolean("cancelling", job.IsCancelling);
                json.WriteEndObject();
            }

            output.EndLine();
        }
    }
}
