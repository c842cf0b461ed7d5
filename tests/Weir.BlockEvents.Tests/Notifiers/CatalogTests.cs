using Weir.BlockEvents.Notifiers;
using Weir.BlockEvents.Tests.LoopDevices;

namespace Weir.BlockEvents.Tests.Notifiers;

public sealed class CatalogTests
{
    [Fact]
    public void The_catalog_explains_the_entries_that_are_stored()
    {
        string catalog = Path.Combine(AppContext.BaseDirectory, "weir.catalog");
        Assert.Contains($"\n-- {JournaldEntry.MessageId}\n", File.ReadAllText(catalog), StringComparison.Ordinal);
        Assert.SkipUnless(File.Exists("/bin/journalctl") || File.Exists("/usr/bin/journalctl"), "needs journalctl");
        DirectoryInfo root = Directory.CreateTempSubdirectory("weir-catalog-");
        try
        {
            // systemd's own compiler takes it.
            string place = Directory.CreateDirectory(Path.Combine(root.FullName, "usr/lib/systemd/catalog")).FullName;
            Directory.CreateDirectory(Path.Combine(root.FullName, "var/lib/systemd/catalog"));
            File.Copy(catalog, Path.Combine(place, "weir.catalog"));
            LoopDevice.Run("journalctl", $"--root={root.FullName}", "--update-catalog");
            Assert.True(new FileInfo(Path.Combine(root.FullName, "var/lib/systemd/catalog/database")).Length > 500);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
