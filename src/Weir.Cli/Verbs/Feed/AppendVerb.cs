using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Feed;

/// <summary><c>weir feed append</c>: appends one record, or one for each line of standard input.</summary>
internal sealed class AppendVerb : FeedVerb
{
    public const string Summary = "Append records to a topic.";

    /// <summary>A batch is handed over when it has grown to this, however much more is waiting.</summary>
    private const int BatchBytes = 1024 * 1024;

    private readonly Argument<string> _topic = new("TOPIC") { Description = "The topic; it comes into being with its first record." };
    private readonly Argument<string> _data = new("DATA") { DefaultValueFactory = _ => "-", Description = "The record's data: one JSON object. With - or without it, each line of standard input is one." };
    private readonly Option<string> _type = new("--type") { HelpName = "TYPE", Required = true, Description = "What happened, e.g. NEW." };
    private readonly Option<string> _source = new("--source") { HelpName = "TEXT", DefaultValueFactory = _ => "", Description = "Who says so." };
    private readonly Option<string> _subject = new("--subject") { HelpName = "TEXT", DefaultValueFactory = _ => "", Description = "To what it happened." };
    private readonly Option<string> _durability = new("--durability")
    {
        HelpName = "HOW",
        DefaultValueFactory = _ => "durable",
        Description = "durable: on the disk before it counts as appended. buffered: on the disk when the verb ends, and not seen before.",
    };
    private readonly Option<bool> _json = SharedOptions.Json();

    public AppendVerb() : base("append", Summary)
    {
        Arguments.Add(_topic);
        Arguments.Add(_data);
        foreach (Option option in (Option[])[_type, _source, _subject, _durability, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Appends a record and prints its id. From standard input it appends a record for each line, as the lines come, and prints the last record's id at the end; empty lines are passed over. At a line that is no JSON object it stops with its number; what came before it stays appended.",
            "A topic has one writer at a time. While a daemon writes it, this fails and says who does.",
            "With --json it prints one object with the members topic, records (how many were appended) and last_id.",
        ],
        Examples =
        [
            new("weir feed append site:notes --type NOTE --source ops '{\"text\":\"tape library back\"}'", "One record."),
            new("jq -c '.[]' events.json | weir feed append site:events --type EVENT", "A record for each line."),
        ],
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string topic = run.Get(_topic);
        CheckName(topic);
        if (run.Get(_type)!.Length == 0) throw new UsageException("--type cannot be empty");
        AppendDurability durability = run.Get(_durability) switch
        {
            "durable" => AppendDurability.Durable,
            "buffered" => AppendDurability.Buffered,
            var other => throw new UsageException($"--durability: '{other}' is neither durable nor buffered"),
        };

        var lines = new RecordLines(run.Get(_type)!, run.Get(_source)!, run.Get(_subject)!);
        (long Count, RecordId Last) appended = default;
        await using (IFeedEngine feed = FeedOpener.Open(Locate(run), run.Loggers))
        {
            if (run.Get(_data) is not "-" and var data)
            {
                lines.Add(Encoding.UTF8.GetBytes(data), "DATA");
                appended = (1, await feed.AppendAsync(topic, lines.Batch, new(durability), cancellationToken));
            }
            else
            {
                await AppendInputAsync(run, feed, topic, lines, new(durability), ended => appended = ended, cancellationToken);
            }
        }

        Report(run, topic, appended.Count, appended.Last);
        return ExitCode.Done;
    }

    private static async Task AppendInputAsync(
        Invocation run, IFeedEngine feed, string topic, RecordLines lines, AppendOptions options, Action<(long, RecordId)> progress, CancellationToken cancellationToken)
    {
        await using Stream input = run.Terminal.OpenInput();
        var reader = new LineReader(input, RecordLimits.MaxBodyBytes);
        long count = 0;
        RecordId last = RecordId.Zero;
        try
        {
            while (await reader.FillAsync(cancellationToken))
            {
                IOException? bad = Collect(reader, lines);
                if (lines.Batch.Count > 0)
                {
                    last = await feed.AppendAsync(topic, lines.Batch, options, CancellationToken.None);
                    count += lines.Batch.Count;
                    lines.Batch.Clear();
                    progress((count, last));
                }

                if (bad is not null) throw new IOException($"{bad.Message}; {count} records before it were appended", bad);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && count > 0)
        {
            run.Terminal.Say($"interrupted after {count} records, the last of them {last}");
            throw;
        }
    }

    /// <summary>Adds the lines that are here; returns what is wrong with the first that cannot be a record.</summary>
    private static IOException? Collect(LineReader reader, RecordLines lines)
    {
        while (lines.Batch.SizeBytes < BatchBytes && reader.TryNext(out ReadOnlySpan<byte> line))
        {
            if (line.Trim(" \t"u8).IsEmpty) continue;
            try
            {
                lines.Add(line, string.Create(CultureInfo.InvariantCulture, $"line {reader.LineNumber}"));
            }
            catch (IOException bad)
            {
                return bad;
            }
        }

        return null;
    }

    private void Report(Invocation run, string topic, long count, RecordId last)
    {
        if (!run.Get(_json))
        {
            if (count > 0) run.Out.WriteLine(last.ToString());
            return;
        }

        using (var json = new Utf8JsonWriter(run.Out, OutputJson.Compact))
        {
            json.WriteStartObject();
            json.WriteString("topic", topic);
            json.WriteNumber("records", count);
            TopicJson.WriteId(json, "last_id", last);
            json.WriteEndObject();
        }

        run.Out.EndLine();
    }
}
