using System.Globalization;
using System.Text;
using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>The names in a feed's directory, and the file that says which format it has. Format: docs/feed-log.md.</summary>
internal sealed class FeedDirectory(string root, IDisk disk)
{
    public const int FormatVersion = 1;
    public const string TailName = "tail";
    public const string LowWaterName = "low-water";
    public const string LockName = "lock";
    public const string MarksLockName = "marks.lock";
    public const string PositionsName = "positions";
    public const string PositionsLockName = "positions.lock";

    private const string DoomedPrefix = ".deleted-";
    private const int MaxFormatBytes = 256;

    public string Root { get; } = root;

    public IDisk Disk { get; } = disk;

    public string FormatPath => Path.Combine(Root, "FORMAT");

    public string TopicsPath => Path.Combine(Root, "topics");

    public string TopicPath(string topic) => Path.Combine(TopicsPath, TopicName.Escape(topic));

    public string DocumentsPath(string collection) => Path.Combine(Root, "documents", TopicName.Escape(collection));

    public string DoomedPath(string topic) => Path.Combine(TopicsPath, DoomedPrefix + TopicName.Escape(topic));

    public bool TopicExists(string topic) => Disk.DirectoryExists(TopicPath(topic));

    public IReadOnlyList<string> Topics(string prefix)
    {
        var names = new List<string>();
        foreach (string entry in Disk.List(TopicsPath))
        {
            if (!entry.StartsWith('.') && TopicName.Unescape(entry) is { } name && name.StartsWith(prefix, StringComparison.Ordinal) && TopicExists(name))
                names.Add(name);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>The segments of a topic, oldest first.</summary>
    public List<SegmentName> Segments(string topic)
    {
        var segments = new List<SegmentName>();
        foreach (string entry in Disk.List(TopicPath(topic)))
        {
            if (SegmentName.TryParse(entry, out SegmentName segment)) segments.Add(segment);
        }

        segments.Sort(static (a, b) => a.After != b.After ? a.After.CompareTo(b.After) : a.Salt.CompareTo(b.Salt));
        return segments;
    }

    /// <summary>Refuses a feed that a newer Weir wrote.</summary>
    /// <returns>Whether the format file is there and intact.</returns>
    /// <exception cref="FeedException">The format is newer than this program knows.</exception>
    public bool CheckFormat()
    {
        using IDiskFile? file = Disk.OpenRead(FormatPath);
        if (file is null) return false;
        var bytes = new byte[MaxFormatBytes];
        string text = Encoding.ASCII.GetString(bytes, 0, file.Read(bytes, 0));
        string[] words = text.TrimEnd('\n').Split(' ');
        if (words.Length != 3 || text != FormatLine(words[1]) || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int version))
            return false;
        if (version <= FormatVersion) return true;
        throw new FeedException(
            $"The feed in {Root} has format {version}; this program knows formats up to {FormatVersion}. Use the Weir that wrote it, or a newer one.");
    }

    /// <summary>Makes the directory, or writes its format file again where it is damaged.</summary>
    public void Prepare()
    {
        if (CheckFormat()) return;
        Disk.CreateDirectory(TopicsPath);
        for (string? directory = Root; directory is not null; directory = Path.GetDirectoryName(directory)) SyncReadable(directory);
        string temporary = FormatPath + ".tmp";
        using (IDiskFile file = Disk.OpenWrite(temporary))
        {
            file.Truncate(0);
            file.Write(Encoding.ASCII.GetBytes(FormatLine(FormatVersion.ToString(CultureInfo.InvariantCulture))), 0);
            file.Sync();
        }

        try
        {
            Disk.Rename(temporary, FormatPath);
        }
        catch (FileNotFoundException) when (CheckFormat())
        {
            // Another thread or process prepared the feed at the same time, and was first.
        }

        Disk.SyncDirectory(Root);
    }

    /// <summary>
    /// Makes a topic's directory. Its entry is durable when this returns, also where a process made it and was killed before it
    /// could see to that.
    /// </summary>
    public void CreateTopic(string topic)
    {
        Disk.CreateDirectory(TopicPath(topic));
        Disk.SyncDirectory(TopicsPath);
    }

    /// <summary>A directory that this user may not read is none that a killed process of theirs had just made.</summary>
    private void SyncReadable(string directory)
    {
        try
        {
            Disk.SyncDirectory(directory);
        }
        catch (IOException denied) when (denied.HResult == Native.Eacces)
        {
        }
    }

    private static string FormatLine(string version)
    {
        string text = $"weir-feed {version}";
        return $"{text} {Crc32C.Compute(Encoding.ASCII.GetBytes(text)):x8}\n";
    }
}
