using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;

namespace Weir.Cli.Verbs.Drives;

/// <summary><c>weir drives make</c>: a drive tree as a server would leave it, for tests and for trying things out.</summary>
internal sealed class MakeVerb : Verb
{
    public const string Summary = "Make drives with objects, for tests and trying things out.";

    private readonly Argument<string> _directory = new("DIR") { Description = "Where the drives disk1, disk2, … are made." };
    private readonly Argument<string[]> _files = new("FILE") { Arity = ArgumentArity.ZeroOrMore, Description = "Files to put on them, each under its own name." };
    private readonly Option<string> _set = new("--set") { HelpName = "K+M", DefaultValueFactory = _ => "4+2", Description = "Data and parity shards of a set." };
    private readonly Option<int> _drives = new("--drives") { HelpName = "N", Description = "Drives in all, whole sets of them. Otherwise one set." };
    private readonly Option<int> _generate = new("--generate") { HelpName = "COUNT", Description = "Also make up so many objects: inline, large, multipart, versioned, empty, deleted, directories." };
    private readonly Option<long?> _size = new("--size") { HelpName = "BYTES", Description = "The size of every made-up object, instead of all kinds." };
    private readonly Option<int> _seed = new("--seed") { HelpName = "N", DefaultValueFactory = _ => 1, Description = "What made-up objects and ids follow from." };
    private readonly Option<string> _bucket = new("--bucket") { HelpName = "NAME", DefaultValueFactory = _ => "bucket", Description = "The bucket." };
    private readonly Option<string> _prefix = new("--prefix") { HelpName = "TEXT", DefaultValueFactory = _ => "", Description = "Put this before the names of the files: photos/." };
    private readonly Option<long> _partSize = new("--part-size") { HelpName = "BYTES", Description = "Store the files as multipart objects of such parts." };
    private readonly Option<bool> _versioned = new("--versioned") { Description = "Give each file a version id; a name that comes twice has two versions." };
    private readonly Option<bool> _rustFs = new("--rustfs") { Description = "Use RustFS's system directory instead of MinIO's." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public MakeVerb() : base("make", Summary)
    {
        Arguments.Add(_directory);
        Arguments.Add(_files);
        foreach (Option option in (Option[])[_set, _drives, _generate, _size, _seed, _bucket, _prefix, _partSize, _versioned, _rustFs, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Makes new drives with their identities and puts objects on them: placed, coded, hashed and described as MinIO and RustFS do it. It never touches drives that are there already.",
            "Prints a line for each version: the MD5 of its content, its size, its version id, and the object; a delete marker has \"-\" for MD5. With --json each line is an object with the members bucket, object, version_id, type, size, md5, parts and inline.",
        ],
        Examples =
        [
            new("weir drives make /tmp/lab --set 4+2 --drives 12 --generate 50", "Two sets with fifty objects of all kinds."),
            new("weir drives make /tmp/lab --set 2+2 report.pdf photo.jpg --versioned", "Four drives with two files."),
        ],
    };

    public override Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        (int data, int parity) = Shards(run.Get(_set)!);
        if (run.Get(_generate) < 0 || run.Get(_size) < 0 || run.Get(_partSize) < 0) throw new UsageException("--generate, --size and --part-size cannot be negative");
        if (run.Get(_size) is not null && run.Get(_generate) == 0) throw new UsageException("--size says how large the objects of --generate are, and that is not given");
        string bucket = run.Get(_bucket)!;
        ObjectName[] names = [.. run.Get(_files).Select(file => ParseName(bucket, run.Get(_prefix) + Path.GetFileName(file)))];
        ParseName(bucket, "any");
        var options = new DriveTreeOptions
        {
            Directory = run.Get(_directory),
            Data = data,
            Parity = parity,
            Drives = run.Get(_drives),
            Seed = run.Get(_seed),
            SystemDirectory = run.Get(_rustFs) ? ".rustfs.sys" : ".minio.sys",
            Time = run.Time,
        };
        DriveTree tree = Create(options);
        var put = new PutOptions { IsVersioned = run.Get(_versioned), PartBytes = run.Get(_partSize) };
        for (int i = 0; i < names.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using FileStream file = File.OpenRead(run.Get(_files)[i]);
            Print(run, tree.Put(names[i], file, put));
        }

        foreach (MadeVersion version in GeneratedObjects.Write(tree, bucket, run.Get(_generate), run.Get(_seed), run.Get(_size)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Print(run, version);
        }

        return Task.FromResult(ExitCode.Done);
    }

    private static DriveTree Create(DriveTreeOptions options)
    {
        try
        {
            options.Validate();
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message);
        }

        return DriveTree.Create(options);
    }

    private static ObjectName ParseName(string bucket, string key)
    {
        try
        {
            return ObjectName.Create(bucket, key);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message.Split(" (Parameter")[0]);
        }
    }

    private static (int Data, int Parity) Shards(string text)
    {
        string[] numbers = text.Split('+');
        if (numbers.Length == 2 && int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out int data)
            && int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out int parity))
        {
            return (data, parity);
        }

        throw new UsageException($"--set {text} is no K+M, such as 4+2");
    }

    private void Print(Invocation run, MadeVersion version)
    {
        if (!run.Get(_json))
        {
            string md5 = version.IsDeleteMarker ? "-" : version.Md5;
            run.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{md5}  {version.Size}  {version.VersionIdText}  {version.Name}"));
            return;
        }

        using (var writer = new Utf8JsonWriter(run.Out, OutputJson.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("bucket", version.Name.Bucket);
            writer.WriteString("object", version.Name.Key);
            writer.WriteString("version_id", version.VersionIdText);
            writer.WriteString("type", version.IsDeleteMarker ? "delete-marker" : "object");
            writer.WriteNumber("size", version.Size);
            writer.WriteString("md5", version.Md5);
            writer.WriteNumber("parts", version.Parts);
            writer.WriteBoolean("inline", version.IsInline);
            writer.WriteEndObject();
        }

        run.Out.EndLine();
    }
}
