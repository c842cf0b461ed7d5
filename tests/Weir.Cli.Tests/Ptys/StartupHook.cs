using System.Runtime.InteropServices;

/// <summary>
/// What the runtime calls before Main in a process whose DOTNET_STARTUP_HOOKS names this assembly: there, SIGUSR1 crashes the program with an
/// exception on a thread that is none of its own. The name and the missing namespace are the runtime's rule.
/// </summary>
#pragma warning disable CA1050 // Declare types in namespaces
internal static class StartupHook
#pragma warning restore CA1050
{
    public const int CrashSignal = 10; // SIGUSR1 on x86-64 and arm64

    /// <summary>Held, since a registration that is collected is none.</summary>
    private static readonly List<PosixSignalRegistration> Registrations = [];

    public static void Initialize() => Registrations.Add(PosixSignalRegistration.Create((PosixSignal)CrashSignal, context =>
    {
        context.Cancel = true;
        new Thread(static () => throw new InvalidOperationException("crashed on purpose")).Start();
    }));
}
