using System.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;
using Weir.BlockEvents.Parsers.Incidents;
using Weir.BlockEvents.Rules;

namespace Weir.BlockEvents.Tests.Parsers;

/// <summary>Whole incidents of the corpus become events with one root each.</summary>
public sealed class IncidentCorpusTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_incident_has_one_root_and_everything_else_points_at_it()
    {
        foreach (Fixtures.Incident incident in Fixtures.Incidents())
        {
            List<StorageEvent> events = Assemble(incident);
            List<StorageEvent> roots = events.FindAll(found => found.IncidentId is not null && found.RootCauseEventId is null);
            bool hasSense = incident.Rows.Any(row => Encoding.UTF8.GetString(row.Line).Contains("Sense Key", StringComparison.Ordinal));
            output.WriteLine($"{incident}: {incident.Rows.Count} lines, {events.Count} events, ROOTS {roots.Count} {(hasSense ? roots.Any(root => root.Extension.ContainsKey("sense_key")) ? "sense" : "NOSENSE" : "")}");
            foreach (StorageEvent found in events)
            {
                output.WriteLine($"  {(found.IncidentId is null ? "     " : found.RootCauseEventId is null ? "ROOT " : "     ")}{found.Severity,-8} {found.EventType,-28} {found.KernelDevice,-10} x{found.Count} {found.Message}");
                if (found.RootCauseEventId is null && found.IncidentId is not null) output.WriteLine($"        {string.Join(' ', found.Extension.Select(pair => $"{pair.Key}={pair.Value}"))}");
            }
        }
    }

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
