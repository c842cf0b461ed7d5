using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Weir.Changelogs.Paths;
using Weir.Changelogs.Records;
using Weir.Feed;
using Weir.Lustre.Changelog;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Changelog;

/// <summary>How records are printed.</summary>
internal enum ChangelogOutput
{
    /// <summary>As <c>lfs changelog</c> prints them.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>One CloudEvents 1.0 object a line.</summary>
    CloudEvents,
}

/// <summary>Prints the records of one MDT, a line each.</summary>
/// <param name="run">Where to.</param>
/// <param name="mdt">Whose records; empty when nobody said.</param>
/// <param name="namesMdt">Whether a line of text starts with the MDT.</param>
/// <param name="paths">Finds paths, when they are wanted.</param>
internal sealed class ChangelogPrinter(Invocation run, string mdt, ChangelogOutput format, bool namesMdt, PathResolver? paths) : IDisposable
{
    private readonly byte[] _line = new byte[Math.Max(ChangelogText.MaxBytes, ChangelogRecordWriter.MaxDataBytes)];
    private readonly byte[] _prefix = namesMdt ? Encoding.UTF8.GetBytes(mdt + "\t") : [];
    private readonly JsonEncodedText _mdtJson = JsonEncodedText.Encode(mdt);
    private readonly ArrayBufferWriter<byte> _path = new();
    private readonly RecordBatch _batch = new();
    private readonly ChangelogRecordWriter _writer = new(mdt);
    private readonly CloudEventWriter? _events = format == ChangelogOutput.CloudEvents ? new(ChangelogTopic.Of(mdt), run.Out) : null;

    /// <param name="record">The record.</param>
    /// <param name="milliseconds">The time of its id in the feed; null: that of the record itself.</param>
    public void Print(ChangelogRecord record, ulong? milliseconds)
    {
        switch (format)
        {
            case ChangelogOutput.Text:
                run.Out.Write(_prefix);
                run.Out.Write(_line.AsSpan(0, ChangelogText.Format(record, _line)));
                break;
            case ChangelogOutput.Json:
                WriteJson(record);
                break;
            default:
                _batch.Clear();
                _writer.Write(_batch, record, milliseconds ?? record.Time.Seconds * 1000 + record.Time.Nanoseconds / 1_000_000);
                foreach (RecordView view in _batch) _events!.Write(view);
                break;
        }

        run.Out.EndLine();
    }

    /// <summary>Prints what stands in the feed and is no record; text has no form for it.</summary>
    public void PrintNotice(string type, ReadOnlySpan<byte> data, RecordId id)
    {
        if (format == ChangelogOutput.Text) return;
        if (format == ChangelogOutput.CloudEvents)
        {
            _batch.Clear();
            _batch.Add(id, Encoding.UTF8.GetBytes(type), Encoding.UTF8.GetBytes(mdt), default, data);
            foreach (RecordView view in _batch) _events!.Write(view);
        }
        else if (JsonData.IsObject(data, out _))
        {
            WriteStart(type);
            WriteMembersOf(data);
        }

        run.Out.EndLine();
    }

    public void Dispose() => _events?.Dispose();

    private void WriteJson(ChangelogRecord record)
    {
        WriteStart(ChangelogTypes.Text(record.Type));
        if (paths is not null)
        {
            _path.ResetWrittenCount();
            paths.Write(record, _path);
            WriteText("path", _path.WrittenSpan);
            if (record.HasRename && record.Source != default)
            {
                _path.ResetWrittenCount();
                paths.WriteSource(record, _path);
                WriteText("source_path", _path.WrittenSpan);
            }
        }

        WriteMembersOf(_line.AsSpan(0, ChangelogRecordWriter.WriteData(record, _line)));
    }

    private void WriteStart(string type)
    {
        run.Out.Write("{"u8);
        if (mdt.Length > 0)
        {
            run.Out.Write("\"mdt\":\""u8);
            run.Out.Write(_mdtJson.EncodedUtf8Bytes);
            run.Out.Write("\","u8);
        }

        run.Out.Write("\"type\":\""u8);
        run.Out.Write(JsonEncodedText.Encode(type).EncodedUtf8Bytes);
        run.Out.Write("\","u8);
    }

    private void WriteText(string name, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return;
        bool isUtf8 = Utf8.IsValid(text);
        run.Out.Write($"\"{name}{(isUtf8 ? "" : "_b64")}\":\"");
        if (isUtf8) run.Out.Write(JsonEncodedText.Encode(text, OutputJson.Encoder).EncodedUtf8Bytes);
        else run.Out.Write(Convert.ToBase64String(text));
        run.Out.Write("\","u8);
    }

    /// <summary>The members of an object, and its end.</summary>
    private void WriteMembersOf(ReadOnlySpan<byte> data) => run.Out.Write(data[(data.IndexOf((byte)'{') + 1)..]);
}
