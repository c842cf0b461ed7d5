using Weir.Server.Configuration.Originals;
using Weir.Server.Configuration.Sections;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>Reads one file: ours (a mapping of sections) or a flat one of the original tools.</summary>
internal static class ConfigurationFile
{
    /// <summary>Adds what the file says, and what is wrong with it. A file that cannot be read is a problem too.</summary>
    public static void Load(string path, EffectiveConfiguration into)
    {
        if (ReadDocument(path, into) is not { } root) return;
        if (root is not YamlMapping mapping)
        {
            into.AddProblem(new(new(path, root.Line), "", "is not a mapping of sections"));
            return;
        }

        if (OriginalShipperConfiguration.Recognizes(mapping.Entries.Select(entry => entry.Key)))
        {
            OriginalShipperConfiguration.Read(path, mapping).AddTo(into);
            return;
        }

        foreach (YamlEntry section in mapping.Entries) LoadSection(path, section, into);
    }

    /// <summary>The root of a file; null when it is empty, or when it cannot be read, which is then a problem.</summary>
    private static YamlNode? ReadDocument(string path, EffectiveConfiguration into)
    {
        try
        {
            return YamlDocument.Read(ReadBounded(path));
        }
        catch (YamlFormatException exception)
        {
            into.AddProblem(new(new(path, exception.Line), "", exception.Message));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            into.AddProblem(new(new(path), "", "there is no such file"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            into.AddProblem(new(new(path), "", $"cannot be read: {exception.Message}"));
        }

        return null;
    }

    /// <summary>At most one byte more than is allowed, whatever the path turns out to be.</summary>
    private static byte[] ReadBounded(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] bytes = new byte[YamlDocument.MaxBytes + 1];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..length];
    }

    private static void LoadSection(string path, YamlEntry section, EffectiveConfiguration into)
    {
        if (!ConfigurationSchema.Sections.Contains(section.Key))
        {
            into.AddProblem(new(new(path, section.Line), section.Key, ConfigurationSchema.DescribeUnknown(section.Key, "")));
            return;
        }

        if (section.Value is YamlScalar { IsEmpty: true }) return;
        if (section.Value is not YamlMapping values)
        {
            into.AddProblem(new(new(path, section.Value.Line), section.Key, "is a section; keys and values are expected below it"));
            return;
        }

        foreach (YamlEntry entry in values.Entries)
        {
            var source = new ConfigurationSource(path, entry.Line);
            string fullKey = $"{section.Key}.{entry.Key}";
            if (ConfigurationSchema.Find(section.Key, entry.Key) is not { } key)
                into.AddProblem(new(source, fullKey, ConfigurationSchema.DescribeUnknown(section.Key, entry.Key)));
            else if (ToValue(entry.Value, source, key.TakesMappings, out string problem) is { } value)
                into.Apply(new(section.Key, entry.Key, value));
            else
                into.AddProblem(new(source, fullKey, problem));
        }
    }

    /// <summary>The node as a value; null when it cannot be one.</summary>
    internal static ConfigurationValue? ToValue(YamlNode node, ConfigurationSource source, bool takesMappings, out string problem)
    {
        problem = "has no value; write one, or remove the line to keep the default";
        switch (node)
        {
            case YamlScalar { IsEmpty: false } scalar:
                return new(scalar.Text, source);
            case YamlSequence sequence when sequence.Items.All(item => item is YamlScalar { IsEmpty: false }):
                return new([.. sequence.Items.Select(item => ((YamlScalar)item).Text)], true, source);
            case YamlSequence sequence when takesMappings && sequence.Items.All(item => item is YamlScalar { IsEmpty: false } or YamlMapping):
                return new([.. sequence.Items.Select(item => item is YamlScalar scalar ? scalar.Text : HealthPoolText.Format(item))], true, source);
            case YamlSequence:
                problem = "is a list with something in it that is no plain value";
                return null;
            case YamlMapping:
                problem = "has keys below it; a value is expected";
                return null;
            default:
                return null;
        }
    }
}
