namespace Weir.Server.Security;

/// <summary>What a caller may do; each role may do what those below it may.</summary>
public enum AccessRole
{
    /// <summary>Nothing that needs a role.</summary>
    None = 0,

    /// <summary>Reads: feeds, metrics, status.</summary>
    Viewer = 1,

    /// <summary>Also works with consumers: registers, acknowledges, unregisters.</summary>
    Operator = 2,

    /// <summary>Everything.</summary>
    Admin = 3,
}

/// <summary>The roles' names.</summary>
public static class AccessRoles
{
    public static IReadOnlyList<string> Names { get; } = ["viewer", "operator", "admin"];

    public static string Name(AccessRole role) => role == AccessRole.None ? "none" : Names[(int)role - 1];

    public static bool TryParse(string text, out AccessRole role)
    {
        for (role = AccessRole.Viewer; role <= AccessRole.Admin; role++)
        {
            if (Name(role) == text) return true;
        }

        role = AccessRole.None;
        return false;
    }
}
