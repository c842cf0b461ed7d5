using System.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;
using Weir.BlockEvents.Parsers.Incidents;
using Weir.BlockEvents.Parsers.Scsi;
using Weir.BlockEvents.Rules;

namespace Weir.BlockEvents.Tests.Parsers;

/// <summary>Whole incidents of the corpus become events with one root each.</summary>
public sealed class IncidentCorpusTests(ITestOutputHelper output)
{
    /// <summary>Two of the corpus' incidents are several, hours and days apart.</summary>
    private static readonly TimeSpan OneIncident = new IncidentOptions().SameDeviceTime;

    [Fact]
    public void Every_incident_has_one_root_and_everything_else_points_at_it()
    {
        int single = 0;
        IReadOnlyList<Fixtures.Incident> incidents = Fixtures.Incidents();
        foreach (Fixtures.Incident incident in incidents)
        {
            List<StorageEvent> events = Assemble(incident);
            List<StorageEvent> roots = events.FindAll(found => found.IncidentId is not null && found.RootCauseEventId is null);
            output.WriteLine($"{incident}: {incident.Rows.Count} lines, {events.Count} events, {roots.Count} root(s)");
            foreach (StorageEvent found in events)
                output.WriteLine($"  {(found.IncidentId is null ? "" : found.RootCauseEventId is null ? "root" : "  +"),-5} {found.Severity,-8} {found.EventType,-28} {found.KernelDevice,-10} x{found.Count} {found.Message}");
            Assert.InRange(roots.Count, 1, 1 + LongPauses(incident));
            single += roots.Count == 1 ? 1 : 0;
            foreach (StorageEvent found in events.Where(found => found.RootCauseEventId is not null))
                Assert.Contains(roots, root => root.EventId == found.RootCauseEventId && root.IncidentId == found.IncidentId);
            Assert.All(roots, root => Assert.True(events.IndexOf(root) <= events.FindIndex(found => found.RootCauseEventId == root.EventId) || !events.Exists(found => found.RootCauseEventId == root.EventId)));
        }

        Assert.Equal(incidents.Count - 2, single);
    }

    [Fact]
    public void The_root_of_an_incident_has_the_sense_data_of_its_lines()
    {
        int withSense = 0;
        foreach (Fixtures.Incident incident in Fixtures.Incidents().Where(incident => incident.Rows.Any(row => Text(row).Contains("Sense Key : ", StringComparison.Ordinal))))
        {
            withSense++;
            StorageEvent? root = Assemble(incident).Find(found => found.IncidentId is not null && found.RootCauseEventId is null && found.Extension.ContainsKey("sense_key"));
            Assert.True(root is not null, $"{incident}: no root has sense data");
            Assert.StartsWith("0x", root.Extension["sense_key"], StringComparison.Ordinal);
            Assert.NotEmpty(root.Extension["sense_key_name"]);
            if (incident.Rows.Any(row => Text(row).Contains("Add. Sense: ", StringComparison.Ordinal) || Text(row).Contains("ASC=0x", StringComparison.Ordinal)))
            {
                Assert.Matches("^0x[0-9a-f]{2}$", root.Extension["asc"]);
                Assert.Matches("^0x[0-9a-f]{2}$", root.Extension["ascq"]);
                Assert.NotEmpty(root.Extension["additional_sense"]);
            }
        }

        Assert.True(withSense > 20, $"{withSense} incidents have sense data");
    }

    [Fact]
    public void Every_command_of_the_corpus_is_decoded()
    {
        int decoded = 0;
        foreach (Fixtures.Row row in Fixtures.Rows("storage.jsonl").Concat(Fixtures.Incidents().SelectMany(incident => incident.Rows)))
        {
            string text = Text(row);
            int at = text.IndexOf(" CDB: ", StringComparison.Ordinal);
            if (at < 0 || !CommandBlock.TryParse(text.AsSpan(at + 6), out CommandBlock? command)) continue;
            decoded++;
            Assert.DoesNotContain("opcode=", command!.Opcode == 0xDF ? "" : command.Name, StringComparison.Ordinal);
            if (command.Opcode is 0x28 or 0x2A or 0x88 or 0x8A && text.Length - at > 36) Assert.NotNull(command.Lba);
        }

        Assert.True(decoded > 50, $"{decoded} commands");
    }

    private static int LongPauses(Fixtures.Incident incident)
    {
        long?[] times = [.. incident.Rows.Select(row => TextLine.Read(row.Line) is var line ? line.RealTimeMicroseconds ?? line.MonotonicMicroseconds : null)];
        return Enumerable.Range(1, times.Length - 1).Count(i => times[i] - times[i - 1] > OneIncident.TotalMicroseconds);
    }

    private static string Text(Fixtures.Row row) => Encoding.UTF8.GetString(row.Line);

    internal static List<StorageEvent> Assemble(Fixtures.Incident incident)
    {
        var events = new List<StorageEvent>();
        var assembler = new IncidentAssembler(new() { Hostname = "host" }, NameRelations.Instance, events.Add, TimeProvider.System);
        var classifier = new LineClassifier(RuleSet.BuiltIn);
        foreach (Fixtures.Row row in incident.Rows)
        {
            LogLine line = TextLine.Read(row.Line);
            if (classifier.TryClassify(line, out Classification found)) assembler.Add(line, found);
        }

        assembler.Flush();
        return events;
    }
}
