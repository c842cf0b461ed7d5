using System.Text.Json;
using Weir.Cli.Terminals;
using Weir.Erasure.Format;

namespace Weir.Cli.Verbs.Drives;

/// <summary>Prints versions for a program, as one JSON object.</summary>
internal sealed class MetaJsonPrinter(OutputBuffer output) : MetaPrinter(output)
{
    private readonly Utf8JsonWriter _writer = new(output, OutputJson.Indented);

    public override void Begin(string format, int headerVersion, int metaVersion)
    {
        _writer.WriteStartObject();
        _writer.WriteString("format", format);
        _writer.WriteNumber("header_version", headerVersion);
        _writer.WriteNumber("meta_version", metaVersion);
        _writer.WriteStartArray("versions");
    }

    public override void Dispose() => _writer.Dispose();

    protected override void PrintVersion(in XlVersionHeader header, XlBody? body, string? problem, int inlineBytes)
    {
        _writer.WriteStartObject();
        _writer.WriteString("type", TypeName(header.Type));
        _writer.WriteString("version_id", header.VersionIdText);
        _writer.WriteString("mod_time", XlTime.Text(header.ModTime));
        _writer.WriteString("signature", $"{header.Signature:x8}");
        _writer.WriteStartArray("flags");
        foreach (string flag in FlagNames(header.Flags)) _writer.WriteStringValue(flag);
        _writer.WriteEndArray();
        if (problem is not null) _writer.WriteString("problem", problem);
        if (body is not null) WriteBody(body, inlineBytes);
        _writer.WriteEndObject();
        _writer.Flush();
        // A file may have more versions than anybody wants to hold as text.
        Output.Flush();
    }

    protected override void Finish(string? inlineDamage)
    {
        _writer.WriteEndArray();
        if (inlineDamage is not null) _writer.WriteString("inline_damage", inlineDamage);
        _writer.WriteEndObject();
        _writer.Flush();
        Output.EndLine();
    }

    private void WriteBody(XlBody body, int inlineBytes)
    {
        if (body.WriterTime != 0) _writer.WriteNumber("writer_time", body.WriterTime);
        if (body.Object is not { } content)
        {
            WriteMetadata("system_metadata", body.SystemMetadata);
            return;
        }

        _writer.WriteNumber("size", content.Size);
        _writer.WriteNumber("data", content.Data);
        _writer.WriteNumber("parity", content.Parity);
        _writer.WriteNumber("block_size", content.BlockSize);
        _writer.WriteNumber("index", content.Index);
        _writer.WriteStartArray("distribution");
        foreach (int shard in content.Distribution) _writer.WriteNumberValue(shard);
        _writer.WriteEndArray();
        _writer.WriteString("data_dir", content.DataDirName);
        _writer.WriteString("etag", content.ETag);
        _writer.WriteString("dialect", DialectName(content.Dialect));
        if (inlineBytes >= 0) _writer.WriteNumber("inline_bytes", inlineBytes);
        _writer.WriteStartArray("parts");
        foreach (XlPart part in content.Parts)
        {
            _writer.WriteStartObject();
            _writer.WriteNumber("number", part.Number);
            _writer.WriteNumber("size", part.Size);
            _writer.WriteNumber("actual_size", part.ActualSize);
            _writer.WriteString("etag", part.ETag);
            _writer.WriteEndObject();
        }

        _writer.WriteEndArray();
        WriteMetadata("metadata", content.UserMetadata);
        WriteMetadata("system_metadata", content.SystemMetadata);
    }

    private void WriteMetadata(string name, XlMetadata metadata)
    {
        _writer.WriteStartObject(name);
        foreach ((string key, string value) in metadata.Pairs()) _writer.WriteString(key, value);
        _writer.WriteEndObject();
    }
}
