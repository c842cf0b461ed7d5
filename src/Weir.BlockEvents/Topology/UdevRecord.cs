namespace Weir.BlockEvents.Topology;

/// <summary>What udev keeps of a device: its properties and links, in /run/udev/data. Empty where there is no udev.</summary>
internal sealed class UdevRecord
{
    private const int MaxBytes = 256 * 1024;

    private readonly Dictionary<string, string> _properties = new(StringComparer.Ordinal);

    public List<string> Links { get; } = [];

    public static UdevRecord Read(SystemRoot root, DeviceNumber number)
    {
        var record = new UdevRecord();
        string path = Path.Combine(root.UdevData, $"b{number}");
        if (!File.Exists(path)) return record;
        byte[] bytes = new byte[MaxBytes];
        int length = SysFile.ReadBytes(path, bytes);
        if (length <= 0) return record;
        foreach (ReadOnlySpan<char> line in System.Text.Encoding.UTF8.GetString(bytes, 0, length).AsSpan().EnumerateLines())
        {
            if (line.StartsWith("S:")) record.Links.Add(string.Concat("/dev/", line[2..]));
            if (!line.StartsWith("E:")) continue;
            int equals = line.IndexOf('=');
            if (equals > 2) record._properties[line[2..equals].ToString()] = line[(equals + 1)..].ToString();
        }

        return record;
    }

    public string? Find(string name) => _properties.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
}
