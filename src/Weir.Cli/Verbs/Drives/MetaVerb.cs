using System.CommandLine;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Erasure.Format;

namespace Weir.Cli.Verbs.Drives;

/// <summary><c>weir drives meta</c>: what a metadata file of an object says.</summary>
internal sealed class MetaVerb : Verb
{
    public const string Summary = "Show what an object's xl.meta or xl.json says.";

    private readonly Argument<string> _file = new("FILE") { Description = "An xl.meta or xl.json of any version." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public MetaVerb() : base("meta", Summary)
    {
        Arguments.Add(_file);
        Options.Add(_json);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Prints the versions that the file holds, newest first: id, time, size, how it is coded, its parts, its metadata, and whether its shard lies in the file. Reads xl.meta of all versions (MinIO since 2020, RustFS, also before alpha.87) and xl.json (MinIO before). A file of any size is read in bounded memory.",
            "With --json one object is printed with the members format, header_version, meta_version, versions and, where the inline data cannot be read, inline_damage. A version has type, version_id, mod_time, size, data, parity, block_size, index, distribution, data_dir, parts, etag, flags, signature, dialect, inline_bytes, metadata and system_metadata, and problem where something is wrong with it.",
        ],
        Examples =
        [
            new("weir drives meta /data/disk1/bucket/key/xl.meta", "One drive's view of an object."),
            new("weir drives meta xl.json --json", "For a program."),
        ],
        Done = "the file is in order",
        ExitCodes = [new("3", "a version or the inline data in it is damaged")],
    };

    public override Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string path = run.Get(_file);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        using MetaPrinter printer = run.Get(_json) ? new MetaJsonPrinter(run.Out) : new MetaTextPrinter(run.Out);
        if (stream.Length > XlMetaFile.WholeBytes)
        {
            PrintLarge(stream, printer, cancellationToken);
        }
        else
        {
            byte[] bytes = new byte[(int)stream.Length];
            stream.ReadExactly(bytes);
            PrintWhole(bytes, printer);
        }

        return Task.FromResult(printer.HasProblems ? ExitCode.FoundProblems : ExitCode.Done);
    }

    private static void PrintWhole(byte[] bytes, MetaPrinter printer)
    {
        if (bytes.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8))
        {
            XlBody body = XlJson.Parse(bytes);
            printer.Begin(XlJson.FileName, 0, 0);
            printer.Print(new XlVersionHeader(body.VersionId, body.ModTime, 0, body.Type, XlVersionFlags.None, 0, 0), body, null, 0);
            printer.End(null);
            return;
        }

        XlMeta meta = XlMeta.Parse(bytes);
        printer.Begin($"{XlMeta.FileName} 1.{meta.Minor}", meta.HeaderVersion, meta.MetaVersion);
        foreach (XlVersion version in meta.Versions)
        {
            (XlBody? body, string? problem) = Read(version);
            int inline = body?.Object is { } content && meta.Inline.TryFind(content.VersionId, content.DataDir, out ReadOnlyMemory<byte> shard) ? shard.Length : 0;
            printer.Print(version.Header, body, problem, inline);
        }

        printer.End(meta.Inline.Damage);
    }

    private static void PrintLarge(FileStream stream, MetaPrinter printer, CancellationToken cancellationToken)
    {
        var reader = new XlMetaReader(stream);
        printer.Begin($"{XlMeta.FileName} 1.3", reader.HeaderVersion, reader.MetaVersion);
        while (reader.TryReadVersion(out XlVersion? version))
        {
            cancellationToken.ThrowIfCancellationRequested();
            (XlBody? body, string? problem) = Read(version);
            // Inline shards come after all versions, and what is not kept cannot be told.
            printer.Print(version.Header, body, problem, -1);
        }

        printer.End(FindInlineDamage(reader, cancellationToken));
    }

    private static string? FindInlineDamage(XlMetaReader reader, CancellationToken cancellationToken)
    {
        try
        {
            while (reader.TryReadInline(out _, out _)) cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
        catch (ErasureFormatException error)
        {
            return error.Message;
        }
    }

    private static (XlBody? Body, string? Problem) Read(XlVersion version)
    {
        try
        {
            XlBody body = version.ReadBody();
            return (body, body.Object?.Problem());
        }
        catch (ErasureFormatException error)
        {
            return (null, error.Message);
        }
    }
}
